//! Instruments texts, for the tests of other modules.

use crate::{Cfg, Instrumented, Options, ProbeForm, instrument};
use livecov_format::vocab::{CounterMode, Granularity};
use std::collections::BTreeMap;
use std::io;
use std::path::Path;

/// The crate whose files these are, in `/w`; the first is its root.
pub(crate) fn instrumented(files: &[(&str, &str)]) -> Instrumented {
    let (cfg, left_out) = (Cfg::default(), BTreeMap::new());
    let root = Path::new("/w").join(files[0].0);
    let options = Options {
        root: &root,
        crate_name: "tested",
        package_path: "tested",
        module_path: "tested@1",
        cfg: &cfg,
        edition: 2021,
        mode: CounterMode::Set,
        granularity: Granularity::PerBlock,
        form: ProbeForm::Assembly,
        runtime: "rt",
        blob_file: Path::new("/b"),
        const_fn: true,
        counts: true,
        include_tests: false,
        arms_signals: false,
        left_out: &left_out,
        arms_library: false,
        exports: None,
        complaints: &[],
        display: &|path| path.display().to_string(),
        manifest_dir: None,
    };
    let load = &mut |path: &Path| {
        let file = files.iter().find(|(name, _)| Path::new("/w").join(name) == path);
        file.map(|(_, text)| text.as_bytes().to_vec()).ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))
    };
    instrument(&options, load).expect("a package path")
}

/// Line, reason and detail of each exclusion.
pub(crate) fn exclusions(done: &Instrumented) -> Vec<String> {
    let text = |omission: &livecov_format::model::Omission| {
        let detail = String::from_utf8_lossy(&omission.detail);
        format!("{}: {:?} {detail}", omission.span.start_line, omission.reason)
    };
    done.omissions.iter().map(text).collect()
}
