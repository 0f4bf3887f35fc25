//! Programs and their runs as plain values: made up at random, encoded, and read back.

use arbitrary::{Result, Unstructured};
use livecov_format::decode::{CounterFile, DecodeError, MetaFile, Records};
use livecov_format::encode::args::{Arg, Key};
use livecov_format::encode::counters::{CounterFileEncoder, CounterHeader};
use livecov_format::encode::meta::{MetaHeader, encode_meta_file};
use livecov_format::encode::package::{PackageBlob, PackageBuilder};
use livecov_format::hash::{Algorithm, Hash, hex, meta_hash};
use livecov_format::layout::ARG_CHECKSUM;
use livecov_format::model::{
    Extension, FileInfo, FunctionDesc, FunctionInfo, Omission, OmissionReason, Span, Unit, UnitInfo, UnitKind,
};
use livecov_format::vocab::{CounterMode, Flavor, Granularity};

/// What a meta file says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Program {
    /// What its counters count.
    pub mode: CounterMode,
    /// What has a counter.
    pub granularity: Granularity,
    /// Its packages.
    pub packages: Vec<Package>,
}

/// A package of a [`Program`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Package {
    /// Import path.
    pub path: Vec<u8>,
    /// Name.
    pub name: Vec<u8>,
    /// Path of its module.
    pub module_path: Vec<u8>,
    /// Its functions.
    pub functions: Vec<Function>,
    /// What Go's part has no room for.
    pub extension: Extension,
}

/// A function of a [`Package`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Function {
    /// Name.
    pub name: Vec<u8>,
    /// Source file.
    pub file: Vec<u8>,
    /// Its units.
    pub units: Vec<Unit>,
    /// Whether it is a function literal.
    pub is_literal: bool,
}

impl Program {
    /// Any program that the format can express, and small.
    ///
    /// # Errors
    ///
    /// Those of `u`.
    pub fn any(u: &mut Unstructured<'_>) -> Result<Self> {
        let mode = *u.choose(CounterMode::ALL)?;
        let granularity = *u.choose(Granularity::ALL)?;
        Ok(Self { mode, granularity, packages: list(u, 4, Package::any)? })
    }

    fn blobs(&self) -> Vec<PackageBlob> {
        self.packages.iter().map(Package::encode).collect()
    }

    /// The hash of the meta file.
    pub fn hash(&self) -> Hash {
        self.hash_of(&self.blobs())
    }

    fn hash_of(&self, blobs: &[PackageBlob]) -> Hash {
        meta_hash(Algorithm::Md5, blobs.iter().map(|blob| &blob.hash), self.mode, self.granularity)
    }

    /// The tag of its files' names.
    pub fn tag(&self) -> String {
        String::from_utf8_lossy(&hex(&self.hash())).into_owned()
    }

    /// The meta file.
    pub fn encode(&self) -> Vec<u8> {
        let blobs = self.blobs();
        let header = MetaHeader { hash: self.hash_of(&blobs), mode: self.mode, granularity: self.granularity };
        let mut file = Vec::new();
        let blobs = blobs.iter().map(|blob| blob.bytes.as_slice());
        encode_meta_file(&mut file, &header, blobs).expect("memory takes all bytes");
        file
    }

    /// What a meta file says.
    ///
    /// # Errors
    ///
    /// Those of the decoder.
    pub fn decode(file: &[u8]) -> std::result::Result<Self, DecodeError> {
        let meta = MetaFile::parse(file)?;
        let packages = meta.packages.iter().map(Package::of).collect::<std::result::Result<_, _>>()?;
        Ok(Self { mode: meta.mode, granularity: meta.granularity, packages })
    }
}

impl Package {
    fn any(u: &mut Unstructured<'_>) -> Result<Self> {
        let mut path = string(u)?;
        path.push(b'p');
        let functions = list(u, 5, Function::any)?;
        let extension = if u.arbitrary()? { extension(u, &functions)? } else { Extension::default() };
        Ok(Self { path, name: string(u)?, module_path: string(u)?, functions, extension })
    }

    /// The package blob.
    pub fn encode(&self) -> PackageBlob {
        let builder = PackageBuilder::new(&self.path, &self.name, &self.module_path);
        let mut builder = builder.expect("models have paths");
        for function in &self.functions {
            builder.add_function(&function.describe());
        }
        builder.set_extension(self.extension.clone());
        builder.finish().expect("models are small")
    }

    fn of(package: &livecov_format::decode::Package<'_>) -> std::result::Result<Self, DecodeError> {
        let functions = package.functions.iter().map(|function| Function {
            name: function.name.to_vec(),
            file: function.file.to_vec(),
            units: package.units_of(function).to_vec(),
            is_literal: function.is_literal,
        });
        Ok(Self {
            path: package.path.to_vec(),
            name: package.name.to_vec(),
            module_path: package.module_path.to_vec(),
            functions: functions.collect(),
            extension: package.extension()?,
        })
    }
}

impl Function {
    fn any(u: &mut Unstructured<'_>) -> Result<Self> {
        Ok(Self { name: string(u)?, file: string(u)?, units: list(u, 6, unit)?, is_literal: u.arbitrary()? })
    }

    /// As the encoder takes it.
    pub fn describe(&self) -> FunctionDesc<'_> {
        FunctionDesc { name: &self.name, file: &self.file, units: &self.units, is_literal: self.is_literal }
    }
}

/// What a counter file says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// Its header.
    pub header: CounterHeader,
    /// Its segments.
    pub segments: Vec<Segment>,
}

/// Arguments: keys with their values.
pub type Args = Vec<(Vec<u8>, Vec<u8>)>;

/// A segment of a [`Run`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Segment {
    /// The arguments without the checksum.
    pub args: Args,
    /// The function records.
    pub records: Vec<Record>,
}

/// A function record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Record {
    /// Package number.
    pub package: u32,
    /// Function number.
    pub function: u32,
    /// Counters.
    pub counters: Vec<u32>,
}

impl Run {
    /// Any run that the format can express, of any program, and small.
    ///
    /// # Errors
    ///
    /// Those of `u`.
    pub fn any(u: &mut Unstructured<'_>) -> Result<Self> {
        let flavor = *u.choose(Flavor::ALL)?;
        let header = CounterHeader { meta_hash: u.arbitrary()?, flavor, big_endian: u.arbitrary()? };
        let mut segments = list(u, 3, Segment::any)?;
        if segments.is_empty() {
            segments.push(Segment::default());
        }
        Ok(Self { header, segments })
    }

    /// The counter file, encoded through a buffer of `buffer_len` bytes.
    pub fn encode(&self, buffer_len: usize) -> Vec<u8> {
        let file = CounterFileEncoder::new(Vec::new(), vec![0; buffer_len], self.header);
        let mut file = file.expect("memory takes all bytes");
        let mut patches = Vec::new();
        for segment in &self.segments {
            let args = segment.args.iter().map(|(key, value)| Arg { key: Key::Name(key), value });
            let mut encoder = file.segment(args, None).expect("arguments of models are short");
            for record in &segment.records {
                let counters = record.counters.iter().copied();
                encoder.function(record.package, record.function, counters).expect("memory takes all bytes");
            }
            patches.push(encoder.finish().expect("nothing was promised"));
        }
        let mut bytes = file.finish().expect("models have a segment");
        for patch in patches {
            patch.apply(&mut bytes);
        }
        bytes
    }

    /// What a counter file says.
    ///
    /// # Errors
    ///
    /// Those of the decoder.
    pub fn decode(file: &[u8]) -> std::result::Result<Self, DecodeError> {
        let file = CounterFile::parse(file)?;
        let mut records = Records::default();
        let mut segments = Vec::new();
        for segment in &file.segments {
            segment.decode(&mut records)?;
            let args = segment.args.iter().filter(|(key, _)| *key != ARG_CHECKSUM.as_bytes());
            segments.push(Segment {
                args: args.map(|(key, value)| (key.to_vec(), value.to_vec())).collect(),
                records: records.iter().map(Record::of).collect(),
            });
        }
        let CounterFile { meta_hash, flavor, big_endian, .. } = file;
        Ok(Self { header: CounterHeader { meta_hash, flavor, big_endian }, segments })
    }
}

impl Segment {
    /// Any segment that the format can express, and small.
    ///
    /// # Errors
    ///
    /// Those of `u`.
    pub fn any(u: &mut Unstructured<'_>) -> Result<Self> {
        let mut args: Args = list(u, 4, |u| Ok((string(u)?, string(u)?)))?;
        // Keys with a meaning have values of a form.
        args.retain(|(key, _)| key != b"argc" && !key.starts_with(b"livecov."));
        args.sort();
        args.dedup_by(|(a, _), (b, _)| a == b);
        Ok(Self { args, records: list(u, 6, Record::any)? })
    }
}

impl Record {
    fn any(u: &mut Unstructured<'_>) -> Result<Self> {
        Ok(Self { package: number(u)?, function: number(u)?, counters: list(u, 40, number)? })
    }

    fn of((record, counters): (livecov_format::decode::Record, &[u32])) -> Self {
        Self { package: record.package, function: record.function, counters: counters.to_vec() }
    }
}

/// Up to `max` items.
///
/// # Errors
///
/// Those of `u`.
pub fn list<T>(
    u: &mut Unstructured<'_>,
    max: usize,
    mut item: impl FnMut(&mut Unstructured<'_>) -> Result<T>,
) -> Result<Vec<T>> {
    let count = u.int_in_range(0..=max)?;
    (0..count).map(|_| item(u)).collect()
}

/// A number of any length, small ones more often.
///
/// # Errors
///
/// Those of `u`.
pub fn number(u: &mut Unstructured<'_>) -> Result<u32> {
    let bits = u.int_in_range(0..=32u32)?;
    Ok(u.arbitrary::<u32>()?.checked_shr(32 - bits).unwrap_or(0))
}

fn string(u: &mut Unstructured<'_>) -> Result<Vec<u8>> {
    // A few words often, so that tables intern them; else any bytes.
    let words: [&[u8]; 5] = [b"", b"main", b"a/b.rs", b"argv0", "größe".as_bytes()];
    if u.arbitrary()? { Ok(u.choose(&words)?.to_vec()) } else { list(u, 200, u8_of) }
}

fn u8_of(u: &mut Unstructured<'_>) -> Result<u8> {
    u.arbitrary()
}

fn unit(u: &mut Unstructured<'_>) -> Result<Unit> {
    Ok(Unit::from_numbers([number(u)?, number(u)?, number(u)?, number(u)?, number(u)?]))
}

fn span(u: &mut Unstructured<'_>) -> Result<Span> {
    Ok(Span { start_line: number(u)?, start_col: number(u)?, end_line: number(u)?, end_col: number(u)? })
}

fn extension(u: &mut Unstructured<'_>, functions: &[Function]) -> Result<Extension> {
    let files = list(u, 3, |u| {
        let mut lines: Vec<u32> = list(u, 8, number)?;
        lines.sort_unstable();
        lines.dedup();
        let code_lines = lines.as_chunks::<2>().0.to_vec();
        Ok(FileInfo { path: string(u)?, content_hash: u.arbitrary()?, code_lines })
    })?;
    let omissions = list(u, 3, |u| {
        let reason = OmissionReason::from_code(number(u)?);
        Ok(Omission { path: string(u)?, span: span(u)?, reason, detail: string(u)? })
    })?;
    let mut infos = Vec::new();
    if u.arbitrary()? {
        for function in functions {
            let units = function.units.iter().map(|_| unit_info(u, function.units.len()));
            infos.push(FunctionInfo { units: units.collect::<Result<_>>()?, declaration: span(u)? });
        }
    }
    Ok(Extension { files, functions: infos, omissions })
}

fn unit_info(u: &mut Unstructured<'_>, unit_count: usize) -> Result<UnitInfo> {
    let owner = u32::try_from(u.choose_index(unit_count)?).ok();
    Ok(UnitInfo {
        kind: UnitKind::from_code(number(u)?),
        is_intra_line: u.arbitrary()?,
        owner: owner.filter(|owner| owner % 2 == 0),
        decision: number(u)?,
    })
}
