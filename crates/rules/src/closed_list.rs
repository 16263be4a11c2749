//! The one way this crate writes a closed list: an enum whose wire names are spelled out once.

/// Declares a fieldless enum with its wire names (serde, `as_str`, `parse`), `ALL` in declared order
/// and, where a second text is given for each variant, `label_ja`.
macro_rules! closed_list {
    (
        $(#[$meta:meta])*
        $name:ident { $($(#[$variant_meta:meta])* $variant:ident = $wire:literal, $label:literal;)+ }
    ) => {
        $crate::closed_list::closed_list! {
            $(#[$meta])*
            $name { $($(#[$variant_meta])* $variant = $wire;)+ }
        }

        impl $name {
            /// A short Japanese label for people.
            #[must_use]
            pub const fn label_ja(self) -> &'static str {
                match self {
                    $(Self::$variant => $label,)+
                }
            }
        }
    };
    (
        $(#[$meta:meta])*
        $name:ident { $($(#[$variant_meta:meta])* $variant:ident = $wire:literal;)+ }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
        pub enum $name {
            $($(#[$variant_meta])* #[serde(rename = $wire)] $variant,)+
        }

        impl $name {
            /// Every value, in the order of the declaration.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// The name used on the wire.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $wire,)+
                }
            }

            /// The value with exactly this wire name; `None` for any other text.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|value| value.as_str() == text)
            }
        }
    };
}

pub(crate) use closed_list;
