//! What one call did to storage.

/// Storage operations and their bytes (key and value).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Single reads.
    pub reads: u64,
    /// Key and value bytes of single reads.
    pub read_bytes: u64,
    /// Writes.
    pub writes: u64,
    /// Key and value bytes of writes.
    pub write_bytes: u64,
    /// Deletes.
    pub deletes: u64,
    /// Steps of iterators, the one that finds the end included.
    pub steps: u64,
    /// Key and value bytes that iterators returned.
    pub step_bytes: u64,
}

/// Bytes a chain adds to each key: the store's prefix and the contract's address.
const KEY_PREFIX: u64 = 33;

impl Counts {
    /// Both together.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            reads: self.reads + other.reads,
            read_bytes: self.read_bytes + other.read_bytes,
            writes: self.writes + other.writes,
            write_bytes: self.write_bytes + other.write_bytes,
            deletes: self.deletes + other.deletes,
            steps: self.steps + other.steps,
            step_bytes: self.step_bytes + other.step_bytes,
        }
    }

    /// The larger of each.
    #[must_use]
    pub fn max(self, other: Self) -> Self {
        Self {
            reads: self.reads.max(other.reads),
            read_bytes: self.read_bytes.max(other.read_bytes),
            writes: self.writes.max(other.writes),
            write_bytes: self.write_bytes.max(other.write_bytes),
            deletes: self.deletes.max(other.deletes),
            steps: self.steps.max(other.steps),
            step_bytes: self.step_bytes.max(other.step_bytes),
        }
    }

    /// What a chain of the Cosmos SDK charges for it, design section 11: a read 1,000 + 3 a byte, a write
    /// 2,000 + 30 a byte, a delete 1,000, an iterator step 30 + 3 a byte. Compute and contract entries are
    /// not in it.
    #[must_use]
    pub fn gas(&self) -> u64 {
        let bytes = |operations: u64, bytes: u64| operations * KEY_PREFIX + bytes;
        1_000 * self.reads
            + 3 * bytes(self.reads, self.read_bytes)
            + 2_000 * self.writes
            + 30 * bytes(self.writes, self.write_bytes)
            + 1_000 * self.deletes
            + 30 * self.steps
            + 3 * bytes(self.steps, self.step_bytes)
    }
}
