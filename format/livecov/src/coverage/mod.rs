//! What `livecov report` shows: the data of all inputs as files, functions, lines and branches.
//!
//! ```text
//! gather --versions--> unite --file sums--> build --Project--> table, formats, thresholds
//! ```
//!
//! [`gather`] reads the pods and keeps each content of a package once. [`naming`] tells files of one path apart that are of
//! different packages. [`unite`] adds up what several of them say of one source file. [`build`] sorts that and counts lines ([`lines`]) and branches ([`branches`]): all that is counted is
//! counted there, once, so that no two outputs can differ. Everything that is shown takes the [`Project`](model::Project)
//! of [`model`]. [`presence`] tells which functions programs have code of. [`contexts`] adds which runs ran what, [`changes`] holds that against a diff ([`diff`]) and other data ([`baseline`]); [`config`] is the
//! configuration file. `docs/REPORTS.md` says how things are counted.

pub mod baseline;
pub mod branches;
pub mod build;
pub mod changes;
pub mod config;
pub mod contexts;
pub mod diff;
pub mod formats;
pub mod gather;
pub mod lines;
pub mod model;
pub mod naming;
pub mod never_ran;
pub mod omissions;
pub mod opts;
pub mod presence;
pub mod remap;
pub mod select;
pub mod source;
pub mod terminal;
pub mod thresholds;
pub mod unite;
