//! A row as bytes for its MAC, so that no two rows of any table read alike.

/// The bytes of one row: the table's own word, then each column in a fixed order. Numbers are 8 bytes big-endian, texts
/// and blobs stand behind their length (u32), what is optional behind 0 or 1.
pub(crate) struct RowText(Vec<u8>);

impl RowText {
    /// Begins with the word of a table, which no other table uses.
    pub(crate) fn of(table: &str) -> Self {
        Self(Vec::with_capacity(192)).bytes(table.as_bytes())
    }

    pub(crate) fn number(mut self, number: i64) -> Self {
        self.0.extend(number.to_be_bytes());
        self
    }

    pub(crate) fn optional_number(mut self, number: Option<i64>) -> Self {
        self.0.push(u8::from(number.is_some()));
        self.number(number.unwrap_or_default())
    }

    pub(crate) fn bytes(mut self, bytes: &[u8]) -> Self {
        let length = u32::try_from(bytes.len()).expect("no database row holds 4 GiB");
        self.0.extend(length.to_be_bytes());
        self.0.extend(bytes);
        self
    }

    pub(crate) fn optional_bytes(mut self, bytes: Option<&[u8]>) -> Self {
        self.0.push(u8::from(bytes.is_some()));
        self.bytes(bytes.unwrap_or_default())
    }

    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.0
    }
}
