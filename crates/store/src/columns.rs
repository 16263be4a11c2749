//! Rows as arrays, one for each column: PostgreSQL takes any number of rows by one text, which it plans once.
//!
//! An array that goes through sea-orm holds no nulls. A column that has some goes as two: its values, and where they are none.

use sea_orm::Value;
use sea_orm::sea_query::ArrayType;

/// An array of texts.
pub(crate) fn texts<'a>(texts: impl Iterator<Item = &'a str>) -> Value {
    array(ArrayType::String, texts.map(Value::from).collect())
}

/// What selects the rows, and its parameters from the first on. `values` are row after row, `width` values each.
pub(crate) fn select(values: impl ExactSizeIterator<Item = Value>, width: usize) -> (String, Vec<Value>) {
    let rows = values.len() / width;
    let mut columns: Vec<Vec<Value>> = (0..width).map(|_| Vec::with_capacity(rows)).collect();
    for (n, value) in values.enumerate() {
        columns[n % width].push(value);
    }
    let (mut wanted, mut names, mut arrays) = (Vec::new(), Vec::new(), Vec::new());
    for (n, mut column) in columns.into_iter().enumerate() {
        if column.iter().all(Value::is_some) {
            wanted.push(format!("c{n}"));
        } else {
            wanted.push(format!("CASE WHEN none{n} THEN NULL ELSE c{n} END"));
            names.push(format!("none{n}"));
            let is_none = column.iter().map(|value| Value::from(!value.is_some()));
            arrays.push(array(ArrayType::Bool, is_none.collect()));
            for value in column.iter_mut().filter(|value| !value.is_some()) {
                *value = value.dummy_value();
            }
        }
        names.push(format!("c{n}"));
        arrays.push(array(column[0].array_type(), column));
    }
    let parameters: Vec<String> = (1..=arrays.len()).map(|n| format!("${n}")).collect();
    let text = format!(
        "SELECT {} FROM unnest({}) AS given ({})",
        wanted.join(", "),
        parameters.join(", "),
        names.join(", ")
    );
    (text, arrays)
}

fn array(of: ArrayType, values: Vec<Value>) -> Value {
    Value::Array(of, Some(Box::new(values)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_with_nulls_says_where_they_are() {
        let rows = [Some(7_i64), None];
        let values = rows.map(|b| [Value::from(1_i32), Value::from(b)]).concat();
        let (text, arrays) = select(values.into_iter(), 2);
        assert_eq!(
            text,
            "SELECT c0, CASE WHEN none1 THEN NULL ELSE c1 END FROM unnest($1, $2, $3) AS given (c0, none1, c1)"
        );
        let expected = [
            array(ArrayType::Int, vec![1_i32.into(), 1_i32.into()]),
            array(ArrayType::Bool, vec![false.into(), true.into()]),
            array(ArrayType::BigInt, vec![7_i64.into(), 0_i64.into()]),
        ];
        assert_eq!(arrays, expected);
    }
}
