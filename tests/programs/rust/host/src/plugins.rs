//! Plugins by the C library's calls.

use std::ffi::{CString, c_void};

/// A plugin, as long as it is loaded.
pub struct Plugin(*mut c_void);

impl Plugin {
    /// Loads it.
    pub fn load(path: &str) -> Self {
        let name = CString::new(path).expect("a path");
        // SAFETY: a C string; the plugins' initialisers do no harm.
        let handle = unsafe { libc::dlopen(name.as_ptr(), libc::RTLD_NOW | libc::RTLD_LOCAL) };
        assert!(!handle.is_null(), "{path} cannot be loaded");
        Self(handle)
    }

    /// Loads it into a name space of its own, with a C library of its own.
    #[allow(dead_code, reason = "one of the hosts does so")]
    pub fn load_apart(path: &str) -> Self {
        let name = CString::new(path).expect("a path");
        // SAFETY: as above.
        let handle = unsafe { libc::dlmopen(libc::LM_ID_NEWLM, name.as_ptr(), libc::RTLD_NOW) };
        assert!(!handle.is_null(), "{path} cannot be loaded");
        Self(handle)
    }

    /// Calls its function.
    pub fn run(&self, count: u64) {
        // SAFETY: the plugins export a function of this name and type, and this one is loaded.
        unsafe {
            let address = libc::dlsym(self.0, c"plugin_run".as_ptr());
            assert!(!address.is_null());
            let run: extern "C" fn(u64) -> u64 = std::mem::transmute(address);
            std::hint::black_box(run(count));
        }
    }

    /// Leaves it loaded for good.
    pub fn leave(self) {
        std::mem::forget(self);
    }
}

impl Drop for Plugin {
    fn drop(&mut self) {
        // SAFETY: the handle is this value's own, and nothing of the plugin is in use.
        assert_eq!(unsafe { libc::dlclose(self.0) }, 0);
    }
}
