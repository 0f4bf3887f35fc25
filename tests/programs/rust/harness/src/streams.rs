//! Test points that write to streams.

use crate::calls::report;
use livecov_rt::{Baseline, Error, LoadedImage};
use std::fs::File;
use std::path::Path;

/// Names as a user would give them: hash, process and time are made up.
fn create(directory: &Path, name: &str) -> File {
    File::create(directory.join(name)).expect("a new file")
}

fn meta(directory: &Path) -> File {
    create(directory, "covmeta.0abcdef")
}

fn counters(directory: &Path, process: u32) -> File {
    create(directory, &format!("covcounters.0abcdef.{process}.77"))
}

pub fn emit_to_writer(directory: &Path) {
    cov!(emit_to_writer, 0);
    report("write_meta", livecov_rt::write_meta(&mut meta(directory)));
    report("write_counters", livecov_rt::write_counters(&mut counters(directory, 99)));
}

pub fn take_counters_to_writer(directory: &Path) {
    report("write_meta", livecov_rt::write_meta(&mut meta(directory)));
    for process in 1..=3 {
        taken();
        report("take_counters", livecov_rt::take_counters(&mut counters(directory, process)));
    }
}

fn taken() {
    cov!(taken, 0);
}

pub fn baseline_to_writer(directory: &Path) {
    before_stream();
    let written = || -> Result<(), Error> {
        let baseline = Baseline::new()?;
        since_stream();
        livecov_rt::write_meta(&mut meta(directory))?;
        baseline.write_counters(&mut counters(directory, 99))
    };
    report("Baseline::write_counters", written());
}

fn before_stream() {
    cov!(before_stream, 0);
}

fn since_stream() {
    cov!(since_stream, 0);
}

pub fn images(directory: &Path) {
    cov!(images, 0);
    let images = livecov_rt::images();
    println!("images: {}", images.len());
    for image in &images {
        let hash: String = image.meta_hash().iter().map(|byte| format!("{byte:02x}")).collect();
        println!("program: {}, hash: {hash}", image.is_program());
        report("same again", write_image(image, directory));
    }
}

fn write_image(image: &LoadedImage, directory: &Path) -> Result<(), Error> {
    assert_eq!(livecov_rt::images().first(), Some(image));
    image.write_meta(&mut meta(directory))?;
    image.write_counters(&mut counters(directory, 1))?;
    image.take_counters(&mut counters(directory, 2))
}
