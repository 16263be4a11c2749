//! The codes in an entry's first bytes, and what each kind of entry must look like.

/// An enum whose variants are bytes on the wire.
macro_rules! wire_byte {
    ($(#[$outer:meta])* $name:ident { $($(#[$inner:meta])* $variant:ident = $byte:literal,)* }) => {
        $(#[$outer])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $($(#[$inner])* $variant,)*
        }

        impl $name {
            /// Every value, in the order of its byte.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// Reads the byte of an entry; `None` if it means nothing.
            #[must_use]
            pub const fn from_byte(byte: u8) -> Option<Self> {
                match byte {
                    $($byte => Some(Self::$variant),)*
                    _ => None,
                }
            }

            /// The byte in an entry.
            #[must_use]
            pub const fn as_byte(self) -> u8 {
                match self {
                    $(Self::$variant => $byte,)*
                }
            }
        }
    };
}

wire_byte! {
    /// What an entry says happened.
    Kind {
        /// The ledger was created.
        Genesis = 0,
        /// A provision or receipt was recorded.
        Record = 1,
        /// An earlier record was corrected by a new one.
        Amend = 2,
        /// Records were erased.
        Erase = 3,
        /// Records must be kept until a later day, or an open clock was closed.
        Extend = 4,
        /// Records must not be erased for now.
        Hold = 5,
        /// Holds were lifted.
        Release = 6,
        /// A new signing key took over.
        Key = 7,
        /// A timestamp token or a witness policy was placed on a checkpoint.
        Anchor = 8,
        /// A ledger was restored from a backup.
        Recovery = 9,
        /// Someone read a record.
        Access = 10,
        /// A set of legal rules was taken into use.
        Rules = 11,
    }
}

wire_byte! {
    /// The case of the law that a record belongs to.
    Case {
        /// The entry is not a record.
        NotApplicable = 0,
        /// Provision by opt-out.
        ProvisionOptOut = 1,
        /// Provision with consent under art. 27(1).
        ProvisionConsent = 2,
        /// Provision with consent to a third party abroad under art. 28(1).
        ProvisionConsentAbroad = 3,
        /// Provision of personally referable information.
        ProvisionPersonallyReferable = 4,
        /// Receipt of data provided by opt-out.
        ReceiptOptOut = 5,
        /// Receipt of data provided with consent.
        ReceiptConsent = 6,
        /// Receipt of personally referable information.
        ReceiptPersonallyReferable = 7,
        /// Receipt from someone who is not a handling operator, such as a private person.
        ReceiptNonHandler = 8,
        /// Provision recorded without a duty.
        ProvisionVoluntary = 9,
        /// Receipt recorded without a duty.
        ReceiptVoluntary = 10,
        /// Provision under review or non-conforming.
        ProvisionUnderReview = 11,
        /// Receipt under review or non-conforming.
        ReceiptUnderReview = 12,
    }
}

wire_byte! {
    /// How the retention of a record is counted.
    RetentionClass {
        /// Nothing to count.
        None = 0,
        /// Three years from the making of a record of one event (E3).
        Each = 1,
        /// Three years from the last provision of a batch (B3).
        Batch = 2,
        /// One year from the last provision under a contract that stands in for the record (C1).
        Contract = 3,
        /// As the operator chose for a voluntary record.
        Voluntary = 4,
    }
}

/// What the body of a kind is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BodyShape {
    /// A JSON object.
    Json,
    /// This many bytes.
    Bytes(usize),
}

impl Kind {
    /// Whether the entry commits to the fields of a record.
    #[must_use]
    pub const fn has_record(self) -> bool {
        matches!(self, Self::Record | Self::Amend | Self::Access)
    }

    /// Whether the entry records a provision or receipt, and so has a case.
    pub(super) const fn has_case(self) -> bool {
        matches!(self, Self::Record | Self::Amend)
    }

    /// The schema byte that goes with the kind.
    pub(super) const fn schema(self) -> u8 {
        match self {
            Self::Record | Self::Amend => 1,
            Self::Access => 2,
            _ => 0,
        }
    }

    /// What the body must be.
    pub(super) const fn body_shape(self) -> BodyShape {
        match self {
            Self::Record | Self::Access => BodyShape::Bytes(32),
            Self::Amend => BodyShape::Bytes(48),
            _ => BodyShape::Json,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_reads_back_or_is_refused() {
        for byte in 0..=u8::MAX {
            assert_eq!(
                Kind::from_byte(byte).map(Kind::as_byte),
                (byte <= 11).then_some(byte)
            );
            assert_eq!(
                Case::from_byte(byte).map(Case::as_byte),
                (byte <= 12).then_some(byte)
            );
            assert_eq!(
                RetentionClass::from_byte(byte).map(RetentionClass::as_byte),
                (byte <= 4).then_some(byte)
            );
        }
    }
}
