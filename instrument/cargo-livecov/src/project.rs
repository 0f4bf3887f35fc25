//! What cargo says of a project, and what of it is to be counted.

use crate::by_hand::ByHand;
use crate::cli::Cli;
use crate::error::Error;
use crate::flags::nearest;
use crate::protocol::{Config, Package, Runtime, RuntimeForm, Target, TargetKind};
use crate::runtime;
use crate::store::Store;
use cargo_metadata::{CargoOpt, Metadata, MetadataCommand};
use std::path::{Path, PathBuf};
use std::{env, path};

/// A project.
#[derive(Debug)]
pub(crate) struct Project {
    metadata: Metadata,
    /// Its usual target folder.
    pub(crate) target_folder: PathBuf,
    pub(crate) workspace_root: PathBuf,
    /// What the shell around us was prepared for, if it was.
    pub(crate) by_hand: Option<ByHand>,
}

impl Project {
    pub(crate) fn load(cli: &Cli) -> Result<Self, Error> {
        let mut command = MetadataCommand::new();
        if let Some(path) = &cli.manifest_path {
            command.manifest_path(path);
        }
        // Features decide which optional dependencies there are.
        command.features(CargoOpt::AllFeatures);
        let passed = ["--locked", "--offline", "--frozen"];
        command.other_options(
            cli.metadata_args.iter().filter(|arg| passed.contains(&arg.as_str())).cloned().collect::<Vec<_>>(),
        );
        if !cli.includes_dependencies && cli.included.is_empty() {
            command.no_deps();
        }
        let metadata = command.exec().map_err(|error| Error::Metadata(words(&error.to_string())))?;
        let by_hand = ByHand::detect();
        let before = by_hand.as_ref().and_then(ByHand::target_folder);
        let own = before.unwrap_or_else(|| metadata.target_directory.clone().into_std_path_buf());
        let target_folder = match &cli.target_folder {
            Some(folder) => path::absolute(folder).map_err(|error| Error::io("find", folder, error))?,
            None => own,
        };
        let workspace_root = metadata.workspace_root.clone().into_std_path_buf();
        Ok(Self { metadata, target_folder, workspace_root, by_hand })
    }

    /// Where the data of its runs are.
    pub(crate) fn store(&self) -> Store {
        let by_hand = self.by_hand.as_ref().and_then(|by_hand| by_hand.data.clone());
        Store::of(&self.target_folder, &self.workspace_root, by_hand)
    }

    /// Whether code that runs while building is instrumented.
    pub(crate) fn counts_host(&self, cli: &Cli) -> bool {
        let has_proc_macros = |package: &Package| {
            package.counts_proc_macros && package.targets.iter().any(|target| target.kind == TargetKind::ProcMacro)
        };
        cli.counts_build_scripts || (cli.counts_proc_macros && self.packages(cli).iter().any(has_proc_macros))
    }

    /// The runtimes that programs of the workspace need.
    pub(crate) fn runtime_forms(&self) -> Vec<RuntimeForm> {
        let members = &self.metadata.workspace_members;
        let packages = || self.metadata.packages.iter().filter(|package| members.contains(&package.id));
        let mut targets = packages().flat_map(|package| &package.targets).filter(|target| is_linked(target));
        let may_lack_std = |target: &cargo_metadata::Target| {
            std::fs::read_to_string(&target.src_path).is_ok_and(|text| livecov_instrument::may_lack_std(&text))
        };
        // A project that calls the runtime itself gets one that has all there is to call.
        let calls_runtime = |package: &cargo_metadata::Package| {
            let mut dependencies = package.dependencies.iter().filter(|dependency| dependency.name == "livecov-rt");
            dependencies
                .any(|dependency| dependency.uses_default_features || dependency.features.contains(&"std".to_owned()))
        };
        if targets.any(may_lack_std) && !packages().any(calls_runtime) {
            vec![RuntimeForm::Full, RuntimeForm::Core]
        } else {
            vec![RuntimeForm::Full]
        }
    }

    /// Whether there are packages of all names that flags or the configuration
    /// file have. Which dependencies there are is not always known.
    pub(crate) fn check_names(&self, cli: &Cli) -> Result<(), Error> {
        let names: Vec<&str> = self.metadata.packages.iter().map(|package| package.name.as_str()).collect();
        let knows_all = cli.includes_dependencies || !cli.included.is_empty();
        for (flag, given) in [("--include", &cli.included), ("--exclude-from-report", &cli.excluded)] {
            // Cargo's own flag takes patterns.
            for name in given.iter().filter(|name| !names.contains(&name.as_str()) && !name.contains(['*', '?', '['])) {
                let like = nearest(name, names.iter().copied());
                if knows_all || !like.is_empty() {
                    return Err(Error::Usage(format!("{flag} {name}: there is no such package{like}")));
                }
            }
        }
        Ok(())
    }

    /// The configuration for one build.
    pub(crate) fn config(
        &self,
        cli: &Cli,
        compiler_version: &str,
        chained: Option<PathBuf>,
        runtimes: Vec<Runtime>,
    ) -> Config {
        let is_nightly = runtime::is_nightly(compiler_version);
        let options =
            [("coverage", !cli.no_cfg_coverage), ("coverage_nightly", is_nightly && !cli.no_cfg_coverage_nightly)];
        let mut config = Config {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            tool: tool_stamp(),
            host: runtime::host(compiler_version).to_owned(),
            chained,
            mode: cli.mode.clone(),
            granularity: cli.granularity.clone(),
            const_fn: !cli.skips_const_fn,
            counts_tests: cli.counts_tests,
            counts_proc_macros: cli.counts_proc_macros,
            counts_build_scripts: cli.counts_build_scripts,
            cfg: options.into_iter().filter(|(_, is_set)| *is_set).map(|(name, _)| name.to_owned()).collect(),
            arms_signals: !cli.no_signals,
            exports: !cli.no_exports,
            is_portable: self.has_dynamic_libraries(),
            workspace_root: self.workspace_root.clone(),
            out: PathBuf::new(),
            packages: self.packages(cli),
            runtimes,
        };
        config.out = self.out(&config);
        config
    }

    fn has_dynamic_libraries(&self) -> bool {
        let mut targets = self.metadata.packages.iter().flat_map(|package| &package.targets);
        targets.any(|target| target.crate_types.iter().any(|kind| kind.to_string() == "dylib"))
    }

    /// Builds that differ in what they count must not share a folder: cargo
    /// would not see the difference.
    fn out(&self, config: &Config) -> PathBuf {
        let unit = if config.granularity == "perfunc" { "-function" } else { "" };
        let key = crate::files::digest(&format!("{config:?}"));
        self.target_folder.join("livecov").join(format!("{}{unit}-{key}", config.mode))
    }

    fn packages(&self, cli: &Cli) -> Vec<Package> {
        let members = self.metadata.workspace_members.iter().collect::<std::collections::HashSet<_>>();
        let mut packages = Vec::new();
        for package in &self.metadata.packages {
            let name = package.name.to_string();
            let is_member = members.contains(&package.id);
            let is_runtime = matches!(name.as_str(), "livecov-rt" | "livecov-format");
            let is_wanted = is_member || cli.includes_dependencies || cli.included.contains(&name);
            if is_runtime || !is_wanted || cli.excluded.contains(&name) {
                continue;
            }
            let counts_proc_macros = is_member || cli.included.contains(&name) || cli.given.contains("proc-macros");
            packages.push(Package { counts_proc_macros, ..self.package(package, is_member) });
        }
        packages
    }

    fn package(&self, package: &cargo_metadata::Package, is_member: bool) -> Package {
        let folder = package.manifest_path.parent().map(|folder| folder.as_std_path().to_owned()).unwrap_or_default();
        let (name, version) = (package.name.to_string(), package.version.to_string());
        let (base, prefix) = if is_member && folder.starts_with(&self.workspace_root) {
            (self.workspace_root.clone(), String::new())
        } else {
            let is_local = package.source.is_none();
            (folder.clone(), outside_prefix(&self.workspace_root, &folder, &format!("{name}-{version}"), is_local))
        };
        let targets = package.targets.iter().map(target).collect();
        Package { name, version, folder, base, prefix, counts_proc_macros: false, targets }
    }
}

/// What files of a package that is no part of the workspace are named by: a
/// published crate by its name and version, as its directory is on each
/// machine; others by the way from the workspace (an empty text) or, where
/// there is none that holds on other machines, by the full path.
fn outside_prefix(workspace_root: &Path, folder: &Path, name_version: &str, is_local: bool) -> String {
    let registry = folder.parent().and_then(Path::parent);
    let is_published = registry.is_some_and(|registry| registry.ends_with("registry/src"));
    if is_published && !is_local && folder.ends_with(name_version) {
        return name_version.to_owned();
    }
    let relative = workspace_root.join(crate::files::relative(folder, workspace_root));
    // Past a link, `..` leads elsewhere.
    let leads_there = relative.canonicalize().ok() == folder.canonicalize().ok();
    let is_near = is_local || folder.starts_with(workspace_root);
    if is_near && leads_there { String::new() } else { folder.display().to_string() }
}

/// Whether a target is linked, and not only there for other crates.
fn is_linked(target: &cargo_metadata::Target) -> bool {
    let is_library = |kind: &str| matches!(kind, "lib" | "rlib" | "proc-macro" | "custom-build");
    target.kind.iter().any(|kind| !is_library(&kind.to_string()))
}

/// What cargo says, without who said it.
fn words(text: &str) -> String {
    let text = text.trim().trim_start_matches("`cargo metadata` exited with an error:").trim();
    text.trim_start_matches("error: ").to_owned()
}

/// Tells builds of this tool apart that have the same version.
pub(crate) fn tool_stamp() -> String {
    let file = env::current_exe().ok().and_then(|path| path.metadata().ok());
    let stamp = file.map(|file| (file.len(), file.modified().ok()));
    crate::files::digest(&format!("{stamp:?}"))
}

fn target(target: &cargo_metadata::Target) -> Target {
    let kind = match target.kind.first().map(ToString::to_string).unwrap_or_default().as_str() {
        "bin" => TargetKind::Bin,
        "test" => TargetKind::Test,
        "bench" => TargetKind::Bench,
        "example" => TargetKind::Example,
        "proc-macro" => TargetKind::ProcMacro,
        "custom-build" => TargetKind::BuildScript,
        _ => TargetKind::Lib,
    };
    Target { name: target.name.clone(), kind, root: Path::new(target.src_path.as_str()).to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_files_outside_of_the_workspace() {
        let place = tempfile::tempdir().unwrap();
        let place = place.path().canonicalize().unwrap();
        let make = |name: &str| {
            let folder = place.join(name);
            std::fs::create_dir_all(&folder).unwrap();
            folder
        };
        let root = make("one");
        let prefix = |folder: &Path, is_local| outside_prefix(&root, folder, "two-0.1.0", is_local);
        let published = make("home/registry/src/index/two-0.1.0");
        assert_eq!(prefix(&published, false), "two-0.1.0");
        for (folder, is_local) in [("two", true), ("one/left-out", true), ("one/vendor/two", false)] {
            assert_eq!(prefix(&make(folder), is_local), "", "{folder}");
        }
        let checkout = make("home/git/checkouts/two-1a2b/3c4d");
        assert_eq!(prefix(&checkout, false), checkout.display().to_string());
        // The directory above a link is not the one that its name says.
        let (link, far) = (place.join("link"), make("deep/far"));
        std::os::unix::fs::symlink(far, &link).unwrap();
        let two = make("two");
        assert_eq!(outside_prefix(&link, &two, "two-0.1.0", true), two.display().to_string());
    }
}
