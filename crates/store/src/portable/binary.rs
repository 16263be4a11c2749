//! Rows as PostgreSQL's `COPY … (FORMAT binary)` takes them (PostgreSQL manual, COPY, "Binary Format").

use super::row::Cell;
use super::table::{Kind, Table};
use crate::error::StoreError;

/// Signature, flags and the length of an extension that there is none of.
pub(super) const HEADER: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";

/// What ends the rows.
pub(super) const TRAILER: [u8; 2] = (-1_i16).to_be_bytes();

/// Writes one row behind `out`.
pub(super) fn write(out: &mut Vec<u8>, table: &Table, row: &[Cell]) -> Result<(), StoreError> {
    let count = i16::try_from(row.len()).map_err(|_| too_large())?;
    out.extend(count.to_be_bytes());
    for (cell, (_, kind)) in row.iter().zip(&table.columns) {
        match (cell, kind) {
            (Cell::Null, _) => out.extend((-1_i32).to_be_bytes()),
            (Cell::Number(number), Kind::Small) => {
                value(
                    out,
                    &i16::try_from(*number).map_err(|_| too_large())?.to_be_bytes(),
                )?;
            }
            (Cell::Number(number), Kind::Int) => {
                value(
                    out,
                    &i32::try_from(*number).map_err(|_| too_large())?.to_be_bytes(),
                )?;
            }
            (Cell::Number(number), Kind::Big) => value(out, &number.to_be_bytes())?,
            (Cell::Text(text), Kind::Text) => value(out, text.as_bytes())?,
            (Cell::Bytes(bytes), Kind::Bytes) => value(out, bytes)?,
            _ => return Err(other_type()),
        }
    }
    Ok(())
}

fn value(out: &mut Vec<u8>, bytes: &[u8]) -> Result<(), StoreError> {
    let length = i32::try_from(bytes.len()).map_err(|_| too_large())?;
    out.extend(length.to_be_bytes());
    out.extend(bytes);
    Ok(())
}

fn too_large() -> StoreError {
    StoreError::Corrupt {
        index: None,
        what: "a value that its column has no room for",
    }
}

/// SQLite keeps whatever it was given, PostgreSQL does not.
pub(super) fn other_type() -> StoreError {
    StoreError::Corrupt {
        index: None,
        what: "a value that is not of its column's type",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_has_lengths_and_widths() {
        let column = |kind| ("c".to_owned(), kind);
        let table = Table {
            name: "t".to_owned(),
            columns: [Kind::Small, Kind::Int, Kind::Big, Kind::Text, Kind::Bytes]
                .map(column)
                .into(),
            key: Vec::new(),
        };
        let mut out = Vec::new();
        let row = [
            Cell::Number(-1),
            Cell::Number(2),
            Cell::Null,
            Cell::Text("記".to_owned()),
            Cell::Bytes(vec![7]),
        ];
        write(&mut out, &table, &row).unwrap();
        let expected = [
            &[0, 5, 0, 0, 0, 2, 255, 255, 0, 0, 0, 4, 0, 0, 0, 2][..],
            &[255, 255, 255, 255, 0, 0, 0, 3],
            "記".as_bytes(),
            &[0, 0, 0, 1, 7],
        ]
        .concat();
        assert_eq!(out, expected);
        assert_eq!(HEADER.len(), 19);
        let wide = [
            Cell::Number(70_000),
            Cell::Null,
            Cell::Null,
            Cell::Null,
            Cell::Null,
        ];
        assert!(write(&mut out, &table, &wide).is_err());
        let other = [
            Cell::Text(String::new()),
            Cell::Null,
            Cell::Null,
            Cell::Null,
            Cell::Null,
        ];
        assert!(write(&mut out, &table, &other).is_err());
    }
}
