//! What exactly a time stamp of a checkpoint is over.

use std::borrow::Cow;

/// The bytes that a stamp of this checkpoint note is over: the note with the signature lines of its own origin only.
///
/// Witnesses add their lines to a note later. Their names are others, so without them the bytes are those of the note
/// when the ledger had just signed it; usually nothing has to be left out.
#[must_use]
pub fn stamped_bytes(note: &str) -> Cow<'_, str> {
    let Some((origin, _)) = note.split_once('\n') else {
        return Cow::Borrowed(note);
    };
    let Some(text) = note.find("\n\n") else {
        return Cow::Borrowed(note);
    };
    let (text, signatures) = note.split_at(text + 2);
    let own = format!("— {origin} ");
    if signatures
        .split_inclusive('\n')
        .all(|line| line.starts_with(&own))
    {
        return Cow::Borrowed(note);
    }
    let own_lines = signatures
        .split_inclusive('\n')
        .filter(|line| line.starts_with(&own));
    Cow::Owned(text.to_owned() + &own_lines.collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::stamped_bytes;

    #[test]
    fn signatures_of_witnesses_do_not_change_what_was_stamped() {
        let own = "example.jp/log\n3\nroot\n\n— example.jp/log AAAA\n";
        assert_eq!(stamped_bytes(own), own);
        let witnessed = format!("{own}— witness.example/w BBBB\n");
        assert_eq!(stamped_bytes(&witnessed), own);
        let before = "example.jp/log\n3\nroot\n\n— witness.example/w BBBB\n— example.jp/log AAAA\n";
        assert_eq!(stamped_bytes(before), own);
        // A longer name that begins like the origin is another.
        let other = format!("{own}— example.jp/log/2 CCCC\n");
        assert_eq!(stamped_bytes(&other), own);
    }
}
