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

/// What was done to a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// A single read, also of what is not there.
    Read,
    /// A write.
    Write,
    /// A delete.
    Delete,
    /// A step of an iterator: a record or, without a key, the end.
    Step,
}

impl Operation {
    /// The name in tables.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Delete => "delete",
            Self::Step => "step",
        }
    }
}

/// One operation on one record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Access {
    /// Which.
    pub operation: Operation,
    /// The raw key.
    pub key: Vec<u8>,
    /// Length of the value read or written.
    pub value_bytes: u64,
}

impl Access {
    /// The same as counts.
    #[must_use]
    pub fn counts(&self) -> Counts {
        Counts::of(self.operation, self.key.len() as u64, self.value_bytes)
    }

    /// The name of the record's kind: of a map, the name before its keys.
    #[must_use]
    pub fn name(&self) -> String {
        let length = match self.key.as_slice() {
            [0, length, ..] => usize::from(*length),
            _ => 0,
        };
        let name = match self.key.get(2..2 + length) {
            Some(name) if length > 0 => name,
            _ => &self.key,
        };
        String::from_utf8_lossy(name).into_owned()
    }
}

impl Counts {
    /// One operation.
    #[must_use]
    pub fn of(operation: Operation, key_bytes: u64, value_bytes: u64) -> Self {
        let bytes = key_bytes + value_bytes;
        let none = Self::default();
        match operation {
            Operation::Read => Self {
                reads: 1,
                read_bytes: bytes,
                ..none
            },
            Operation::Write => Self {
                writes: 1,
                write_bytes: bytes,
                ..none
            },
            Operation::Delete => Self { deletes: 1, ..none },
            Operation::Step => Self {
                steps: 1,
                step_bytes: bytes,
                ..none
            },
        }
    }

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
