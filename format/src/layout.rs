//! Numbers of the file formats: magics, sizes, offsets, names and limits.
//!
//! Everything here is stated once and used by encoders and decoders alike.
//! Source of the values: Go's `internal/coverage` (`defs.go`), checked against
//! files that Go 1.23 and 1.27 wrote.

/// First four bytes of a meta file.
pub const META_MAGIC: [u8; 4] = *b"\0cvm";
/// First four bytes of a counter file, and of each of its footers.
pub const COUNTER_MAGIC: [u8; 4] = *b"\0cwm";
/// First eight bytes of the extension behind the last function of a package blob.
pub const EXTENSION_MAGIC: [u8; 8] = *b"\0livecov";

/// Version of the meta file that is written; readers accept this and older ones.
///
/// History: 1, the only one that Go has ever written.
pub const META_VERSION: u32 = 1;
/// Version of the counter file that is written; readers accept this and older ones.
///
/// History: 1, the only one that Go has ever written.
pub const COUNTER_VERSION: u32 = 1;
/// Version of the extension that is written; a reader skips an extension of a later one.
///
/// History: 1, the first: files, functions with their units, omissions.
pub const EXTENSION_VERSION: u32 = 1;

/// Bytes of a meta file's header.
pub const META_HEADER_LEN: usize = 56;
/// Bytes of a package blob's header.
pub const PACKAGE_HEADER_LEN: usize = 44;
/// Bytes of a counter file's header.
pub const COUNTER_HEADER_LEN: usize = 32;
/// Bytes of a counter segment's header.
pub const SEGMENT_HEADER_LEN: usize = 16;
/// Bytes of a counter segment's footer.
pub const FOOTER_LEN: usize = 16;
/// Bytes of an extension's header: magic, version, length of the records.
pub const EXTENSION_HEADER_LEN: usize = 16;

/// What a meta file holds between its tables and its first package: a string
/// table with one empty string, which nothing refers to.
pub const META_STRING_TABLE: [u8; 2] = [1, 0];

/// File name of a meta file up to its tag: `covmeta.TAG`.
pub const META_PREFIX: &str = "covmeta";
/// File name of a counter file up to its tag: `covcounters.TAG.PID.NANOS`.
pub const COUNTER_PREFIX: &str = "covcounters";
/// Prefix of files that are still being written; no reader looks at them.
pub const TEMPORARY_PREFIX: &str = "tmp.";

/// Argument that holds the checksum of a segment: `crc32:` and eight hex digits.
pub const ARG_CHECKSUM: &str = "livecov.checksum";
/// Algorithm prefix of [`ARG_CHECKSUM`]'s value.
pub const CHECKSUM_PREFIX: &str = "crc32:";
/// Number of hex digits behind [`CHECKSUM_PREFIX`].
pub const CHECKSUM_DIGITS: usize = 8;
/// Argument that names one run of one process: 32 hex digits.
pub const ARG_INSTANCE: &str = "livecov.instance";
/// Argument that counts the clears of an instance so far, in decimal.
pub const ARG_EPOCH: &str = "livecov.epoch";
/// Argument that numbers the snapshots of an instance, in decimal.
pub const ARG_SEQ: &str = "livecov.seq";
/// Argument that holds a word of the user's for what the process was doing.
pub const ARG_LABEL: &str = "livecov.label";
/// Argument that says when the process started: nanoseconds since 1970, in
/// decimal; 0 where the system does not tell.
pub const ARG_START: &str = "livecov.start";
/// Argument that says when the snapshot was made: nanoseconds since 1970.
pub const ARG_TIME: &str = "livecov.time";
/// Argument that holds the meta hash (32 hex digits) of the program that a
/// part of a combined file came from, where it is not the file's own.
pub const ARG_ORIGIN: &str = "livecov.origin";
/// Argument of a segment that is the sum of those behind it: how many they
/// are, in decimal.
pub const ARG_PARTS: &str = "livecov.parts";
/// What all arguments of this project start with. A segment that has any has a
/// checksum too, so that one that was lost is missed.
pub const ARG_PREFIX: &str = "livecov.";

/// Limits that a reader holds against numbers in a file before it allocates.
///
/// Besides these every count is checked against the bytes that are left.
pub mod limits {
    /// Bytes of a meta file. Offsets inside a package are 32 bits wide.
    pub const META_FILE_LEN: u64 = 1 << 31;
    /// Bytes of a counter file.
    pub const COUNTER_FILE_LEN: u64 = 1 << 32;
    /// Units of all packages of a meta file together.
    pub const UNIT_COUNT: u64 = 1 << 28;
    /// Segments of one counter file.
    pub const SEGMENT_COUNT: u32 = 1 << 24;
    /// Bytes that decoding a file may allocate for each byte of the file: a
    /// string of one byte becomes a slice of sixteen, a unit of five bytes
    /// a record of twenty; vectors may be twice as long as what they hold.
    pub const MEMORY_FACTOR: usize = 48;
    /// Bytes that decoding a file may allocate besides.
    pub const MEMORY_BASE: usize = 64 << 10;
}
