//! Where in the tree a value stands, as links to the steps above it: a pointer costs nothing until a fault needs it.

/// One step of the way from the root to a value.
#[derive(Debug, Clone, Copy)]
enum Step<'p> {
    Name(&'p str),
    Index(usize),
}

/// The way from the root to a value.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Path<'p>(Option<(&'p Path<'p>, Step<'p>)>);

impl<'p> Path<'p> {
    /// The whole document.
    pub(crate) const ROOT: Path<'static> = Path(None);

    /// The member `name` of the object here.
    pub(crate) fn name(&'p self, name: &'p str) -> Path<'p> {
        Path(Some((self, Step::Name(name))))
    }

    /// The element `index` of the array here.
    pub(crate) fn index(&'p self, index: usize) -> Path<'p> {
        Path(Some((self, Step::Index(index))))
    }

    /// The JSON pointer (RFC 6901) of this place; the root is the empty string.
    pub(crate) fn pointer(&self) -> String {
        let mut steps = Vec::new();
        let mut here = *self;
        while let Some((parent, step)) = here.0 {
            steps.push(step);
            here = *parent;
        }
        let mut pointer = String::new();
        for step in steps.into_iter().rev() {
            pointer.push('/');
            match step {
                Step::Name(name) => push_escaped(&mut pointer, name),
                Step::Index(index) => pointer.push_str(&index.to_string()),
            }
        }
        pointer
    }
}

/// RFC 6901 section 3: `~` becomes `~0` and `/` becomes `~1`.
fn push_escaped(pointer: &mut String, name: &str) {
    for c in name.chars() {
        match c {
            '~' => pointer.push_str("~0"),
            '/' => pointer.push_str("~1"),
            c => pointer.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Path;

    #[test]
    fn a_pointer_names_every_step_and_escapes_its_own_signs() {
        let principals = Path::ROOT.name("principals");
        let third = principals.index(2);
        assert_eq!(third.name("a/b~c").pointer(), "/principals/2/a~1b~0c");
        assert_eq!(Path::ROOT.pointer(), "");
    }
}
