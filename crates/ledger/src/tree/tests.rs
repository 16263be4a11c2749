//! The tree against the definition of RFC 6962, for every size up to a bound.

use super::*;
use crate::hash::{leaf_hash, node_hash, sha256};
use crate::position::{Index, Size};

const SIZE_MAX: u32 = 40;

fn leaves(count: u32) -> Vec<Digest> {
    (0..count)
        .map(|number| leaf_hash(&number.to_be_bytes()))
        .collect()
}

/// The definition, word for word (RFC 6962 section 2.1).
fn defined_root(leaves: &[Digest]) -> Digest {
    match leaves {
        [] => sha256(&[]),
        [leaf] => *leaf,
        _ => {
            let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
            node_hash(&defined_root(left), &defined_root(right))
        }
    }
}

/// The path by definition (RFC 6962 section 2.1.1).
fn defined_path(leaves: &[Digest], index: usize) -> Vec<Digest> {
    if leaves.len() < 2 {
        return Vec::new();
    }
    let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
    let (mut path, sibling) = if index < left.len() {
        (defined_path(left, index), right)
    } else {
        (defined_path(right, index - left.len()), left)
    };
    path.push(defined_root(sibling));
    path
}

/// The stored nodes: complete subtrees of the largest tree.
fn stored(leaves: &[Digest]) -> impl Fn(NodeId) -> Option<Digest> {
    move |id: NodeId| {
        let width = 1_usize << id.level();
        let start = usize::try_from(id.index()).ok()? * width;
        Some(defined_root(leaves.get(start..start + width)?))
    }
}

#[test]
fn roots_are_those_of_the_definition() {
    for count in 0..=SIZE_MAX {
        let leaves = leaves(count);
        assert_eq!(root(&leaves), defined_root(&leaves), "size {count}");
        let plan = RootPlan::new(Size::from(count));
        assert_eq!(
            plan.resolve(stored(&leaves)),
            Ok(defined_root(&leaves)),
            "size {count}"
        );
    }
}

#[test]
fn an_extension_of_any_size_by_any_number_has_every_root_frontier_and_path() {
    let all = leaves(SIZE_MAX);
    for (old, new) in pairs() {
        let mut frontier = Frontier::empty();
        all[..old].iter().for_each(|leaf| frontier.push(*leaf));
        let extension = frontier.extend(&all[old..new]);
        assert_eq!(extension.root(), defined_root(&all[..new]), "{old} to {new}");
        all[old..new].iter().for_each(|leaf| frontier.push(*leaf));
        assert_eq!(extension.frontier(), &frontier, "{old} to {new}");
        for index in 0..new {
            let path = extension.inclusion(place(index));
            let expected = (index >= old).then(|| defined_path(&all[..new], index));
            assert_eq!(path, expected, "{index} in {old} to {new}");
        }
        assert_eq!(extension.inclusion(place(new)), None);
    }
}

#[test]
fn planned_paths_are_those_of_the_definition_and_verify() {
    let all = leaves(SIZE_MAX);
    for (index, size) in pairs().filter(|(index, size)| index < size) {
        let leaves = &all[..size];
        let plan = InclusionPlan::new(place(index), length(size)).unwrap();
        let path = plan.resolve(stored(&all)).unwrap();
        assert_eq!(path, defined_path(leaves, index), "{index} in {size}");
        let verify = |path: &[Digest], leaf: &Digest| {
            verify_inclusion(leaf, place(index), length(size), path, &defined_root(leaves))
        };
        assert_eq!(verify(&path, &all[index]), Ok(()));
        assert!(matches!(
            verify(&path, &sha256(b"other")),
            Err(InclusionError::Root { .. })
        ));
        assert!(matches!(
            verify(&[path.as_slice(), &path, &[all[0]]].concat(), &all[index]),
            Err(InclusionError::Length { .. })
        ));
        if let Some((_, shorter)) = path.split_last() {
            assert!(matches!(
                verify(shorter, &all[index]),
                Err(InclusionError::Length { .. })
            ));
        }
    }
}

#[test]
fn planned_consistency_proofs_verify_and_no_other_length_does() {
    let all = leaves(SIZE_MAX);
    for (first, second) in pairs().filter(|(first, _)| *first > 0) {
        let proof = ConsistencyPlan::new(length(first), length(second))
            .unwrap()
            .resolve(stored(&all))
            .unwrap();
        let roots = (defined_root(&all[..first]), defined_root(&all[..second]));
        let verify = |proof: &[Digest], (old, new): (Digest, Digest)| {
            verify_consistency(length(first), &old, length(second), &new, proof)
        };
        assert_eq!(verify(&proof, roots), Ok(()), "{first} to {second}");
        let longer = [proof.as_slice(), &[all[0]]].concat();
        assert_eq!(
            verify(&longer, roots),
            Err(ConsistencyError::Length),
            "{first} to {second}"
        );
        if let Some((_, shorter)) = proof.split_last() {
            assert!(verify(shorter, roots).is_err(), "{first} to {second}");
        }
        assert!(verify(&proof, (sha256(b"other"), roots.1)).is_err());
        assert!(verify(&proof, (roots.0, sha256(b"other"))).is_err());
    }
}

#[test]
fn an_index_at_the_size_is_refused() {
    let (index, size) = (place(3), length(3));
    assert_eq!(
        InclusionPlan::new(index, size),
        Err(PlanError::IndexBeyondSize { index, size })
    );
    let digest = sha256(b"");
    assert_eq!(
        verify_inclusion(&digest, index, size, &[], &digest),
        Err(InclusionError::IndexBeyondSize { index, size })
    );
}

#[test]
fn consistency_from_size_0_is_refused() {
    let digest = sha256(b"");
    assert_eq!(
        ConsistencyPlan::new(length(0), length(3)),
        Err(PlanError::FromEmpty)
    );
    assert_eq!(
        verify_consistency(length(0), &digest, length(3), &digest, &[]),
        Err(ConsistencyError::FromEmpty)
    );
}

#[test]
fn consistency_backwards_is_refused() {
    let (first, second) = (length(4), length(3));
    let digest = sha256(b"");
    assert_eq!(
        ConsistencyPlan::new(first, second),
        Err(PlanError::SizesReversed { first, second })
    );
    assert_eq!(
        verify_consistency(first, &digest, second, &digest, &[]),
        Err(ConsistencyError::SizesReversed { first, second })
    );
}

#[test]
fn the_largest_sizes_can_be_planned() {
    let size = Size::try_from(i64::MAX).unwrap();
    let plan = InclusionPlan::new(Index::FIRST, size).unwrap();
    let zero = sha256(b"");
    assert_eq!(plan.resolve(|_| Some(zero)).unwrap().len(), PATH_LEN_MAX);
    assert!(ConsistencyPlan::new(length(1), size).is_ok());
}

#[test]
fn a_missing_node_is_named() {
    let plan = InclusionPlan::new(place(0), length(2)).unwrap();
    let missing = plan.nodes().next().unwrap();
    assert_eq!((missing.level(), missing.index()), (0, 1));
    assert_eq!(
        plan.resolve(|_| None).unwrap_err().to_string(),
        "the node at level 0 place 1 is missing"
    );
}

#[test]
fn a_frontier_needs_one_node_for_every_set_bit() {
    let nodes = vec![sha256(b""); 2];
    assert!(Frontier::from_parts(length(5), nodes.clone()).is_ok());
    assert!(Frontier::from_parts(length(4), nodes).is_err());
}

fn pairs() -> impl Iterator<Item = (usize, usize)> {
    let max = usize::try_from(SIZE_MAX).unwrap();
    (0..=max).flat_map(move |second| (0..=second).map(move |first| (first, second)))
}

fn place(index: usize) -> Index {
    Index::new(index.try_into().unwrap()).unwrap()
}

fn length(size: usize) -> Size {
    Size::new(size.try_into().unwrap()).unwrap()
}
