//! The directory of armed signals: a path and, in reserve, a descriptor.
//!
//! Each dump opens the path, so that a directory which was replaced, or a volume
//! that was mounted, since the program started is the one that gets the data.
//! Where the path leads nowhere (the program has other rights by now, or another
//! root), the descriptor that was opened when the signals were armed does.

use crate::directory::Directory;
use crate::error::{Error, Operation};
use crate::place::Place;
use crate::run::{self, Run};
use crate::settings::SocketName;
use crate::spare;
use crate::sys::{Errno, Path, leaked};
use core::ffi::c_int;
use core::ptr::null_mut;
use core::sync::atomic::{AtomicPtr, Ordering};
use livecov_format::hash::Hash;

/// What handlers write to. Once published it stays as it is.
#[derive(Clone, Copy)]
struct Target {
    place: Place,
    /// The descriptor in reserve, or -1.
    number: c_int,
    identity: (u64, u64),
    /// The root directory by then.
    root: Option<(u64, u64)>,
}

static TARGET: AtomicPtr<Target> = AtomicPtr::new(null_mut());

/// Makes `place` the one that handlers write to. An error says that nothing can
/// be written there by now; it is the place all the same. Not for signal
/// handlers.
pub(crate) fn publish(place: Place) -> Result<(), Error> {
    let place = place.made_absolute();
    let opened =
        if place.differs_by_build() { Ok(None) } else { place.open(&Hash::default(), &mut Path::new()).map(Some) };
    let mut target = Target { place, number: -1, identity: (0, 0), root: root() };
    let is_same = |current: &&Target| current.place.written() == place.written();
    if current().filter(is_same).is_some_and(|current| current.number >= 0 || opened.is_err()) {
        return opened.map(drop);
    }
    let result = match opened {
        Ok(None) => Ok(()),
        Ok(Some(directory)) => {
            target.identity = directory.identity().map_err(refused)?;
            target.number = directory.copied().map_or(-1, Directory::into_number);
            spare::reserve(directory);
            Ok(())
        }
        Err(error) => Err(error),
    };
    // The one before stays, with its descriptor: a handler may be using it.
    let target = leaked(target).ok_or_else(|| refused(Errno(libc::ENOMEM)))?;
    TARGET.store(target, Ordering::Release);
    result
}

fn refused(errno: Errno) -> Error {
    Error::system(Operation::OpenDirectory, errno)
}

fn root() -> Option<(u64, u64)> {
    Directory::open(c"/").ok()?.identity().ok()
}

fn current() -> Option<&'static Target> {
    // SAFETY: null, or published and so never changed or freed.
    unsafe { TARGET.load(Ordering::Acquire).as_ref() }
}

/// Whether there is a target.
pub(crate) fn is_there() -> bool {
    current().is_some()
}

/// Where to write now.
pub(crate) enum Destination {
    /// The target of armed signals.
    Armed,
    /// The path in the environment.
    Place(Place),
    /// The directory of a run, found without a variable.
    Run(Run),
}

impl Destination {
    /// That of handlers: the armed target, else the run that this program is
    /// part of.
    pub(crate) fn of_handlers() -> Option<Self> {
        if is_there() { Some(Self::Armed) } else { run::find().map(Self::Run) }
    }

    /// That of the end of the program: what the environment says by now, else
    /// as for handlers. Not for signal handlers.
    pub(crate) fn of_the_end() -> Option<Self> {
        let Some(place) = Place::of_environment() else { return Self::of_handlers() };
        // A relative path means what it meant at the start.
        let is_armed = |target: &Target| !place.is_absolute() || target.place.written() == place.written();
        if current().is_some_and(is_armed) {
            return Some(Self::Armed);
        }
        Some(Self::Place(place.made_absolute()))
    }

    /// The socket for notices, if it is not the environment that says so.
    pub(crate) const fn socket(&self) -> Option<&SocketName> {
        match self {
            Self::Run(run) => Some(&run.socket),
            Self::Armed | Self::Place(_) => None,
        }
    }

    /// The path as it was given.
    pub(crate) fn written(&self) -> &[u8] {
        match self {
            Self::Place(place) => place.written(),
            Self::Run(run) => run.place.written(),
            Self::Armed => current().map_or(&[], |target| target.place.written()),
        }
    }

    /// Opens the directory for data of the build `hash`; `path` becomes its
    /// path.
    pub(crate) fn open(&self, hash: &Hash, path: &mut Path) -> Result<Directory, Error> {
        match self {
            Self::Place(place) => place.open(hash, path),
            Self::Run(run) => run.place.open(hash, path),
            Self::Armed => match current() {
                Some(target) => target.open(hash, path),
                None => Err(Error::NoDirectory),
            },
        }
    }
}

impl Target {
    fn open(&self, hash: &Hash, path: &mut Path) -> Result<Directory, Error> {
        if self.root.is_some() && root().is_some_and(|root| self.root != Some(root)) {
            // Under another root the path would name something else.
            if let Some(kept) = self.kept() {
                return Ok(kept);
            }
        }
        self.place.open(hash, path).or_else(|error| self.kept().ok_or(error))
    }

    /// A copy of the descriptor in reserve, if that is still the one that it
    /// was: programs may close what they do not know.
    fn kept(&self) -> Option<Directory> {
        if self.number < 0 {
            return None;
        }
        let open = Directory::borrow_number(self.number);
        let is_right = open.identity() == Ok(self.identity) && open.is_linked();
        let copy = is_right.then(|| open.copied().ok()).flatten();
        open.into_number();
        copy
    }
}
