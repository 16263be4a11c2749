//! The commitments of a whole record and the small tree over them.

use super::{Expander, Field, FieldValues, RecordRef, field_commitment};
use crate::hash::{Digest, leaf_hash, node_hash};
use crate::position::{Index, Size};
use crate::tree::{InclusionError, verify_inclusion};

/// Hashes in the path of a field: the tree over sixteen fields has four levels.
pub const FIELD_PATH_LEN: usize = 4;

/// All sixteen commitments of a record and every node above them.
#[derive(Clone, Debug)]
pub struct RecordCommitments {
    fields: [Digest; 16],
    /// The tree level by level: 16 leaves, 8, 4, 2 nodes, and the root.
    nodes: [Digest; 31],
}

impl RecordCommitments {
    /// Commits to `values`; about 75 SHA-256 blocks beyond those of the values.
    #[must_use]
    pub fn new(secret: &Expander, record: &RecordRef, values: &FieldValues<'_>) -> Self {
        Self::over(
            Field::ALL
                .map(|field| field_commitment(record, field, &secret.field_salt(field), values.get(field))),
        )
    }

    /// Builds the tree over commitments that are already computed, in the order of the fields.
    #[must_use]
    pub fn over(fields: [Digest; 16]) -> Self {
        let mut nodes = [fields[0]; 31];
        for (node, commitment) in nodes.iter_mut().zip(&fields) {
            *node = leaf_hash(commitment.as_bytes());
        }
        // The two children of the node at place 16 + i stand at 2i and 2i + 1.
        for pair in 0..15 {
            nodes[16 + pair] = node_hash(&nodes[2 * pair], &nodes[2 * pair + 1]);
        }
        Self { fields, nodes }
    }

    /// The commitment to one field.
    #[must_use]
    pub fn commitment(&self, field: Field) -> Digest {
        self.fields[field.place()]
    }

    /// The root that the record's entry carries.
    #[must_use]
    pub const fn body_root(&self) -> Digest {
        self.nodes[30]
    }

    /// The path of one field to the body root, from the bottom upwards.
    #[must_use]
    pub fn path(&self, field: Field) -> [Digest; FIELD_PATH_LEN] {
        let mut place = field.place();
        [(); FIELD_PATH_LEN].map(|()| {
            let sibling = self.nodes[place ^ 1];
            place = 16 + place / 2;
            sibling
        })
    }
}

/// Checks that the tree with this `body_root` has `commitment` at `field`.
pub fn verify_field(
    commitment: &Digest,
    field: Field,
    path: &[Digest],
    body_root: &Digest,
) -> Result<(), InclusionError> {
    let index = Index::from(u32::from(field.number() - 1));
    verify_inclusion(
        &leaf_hash(commitment.as_bytes()),
        index,
        Size::from(16),
        path,
        body_root,
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::sha256;
    use crate::tree::root;

    #[test]
    fn the_tree_is_the_one_every_other_list_has() {
        let fields = Field::ALL.map(|field| sha256(&[field.number()]));
        let commitments = RecordCommitments::over(fields);
        let leaves = fields.map(|commitment| leaf_hash(commitment.as_bytes()));
        assert_eq!(commitments.body_root(), root(&leaves));
        for field in Field::ALL {
            let path = commitments.path(field);
            let verify =
                |commitment: &Digest| verify_field(commitment, field, &path, &commitments.body_root());
            assert_eq!(verify(&commitments.commitment(field)), Ok(()));
            assert!(verify(&sha256(b"other")).is_err());
        }
    }
}
