//! A module of two functions.

use pyo3::prelude::*;

/// Doubles a number.
#[pyfunction]
fn twice(number: i64) -> i64 {
    number * 2
}

/// Raises an exception if the number is not positive.
#[pyfunction]
fn checked(number: i64) -> PyResult<i64> {
    if number > 0 { Ok(number) } else { Err(pyo3::exceptions::PyValueError::new_err("not positive")) }
}

#[pymodule]
fn extension(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(twice, module)?)?;
    module.add_function(wrap_pyfunction!(checked, module)?)
}
