//! Where prices come from: files, built-in scenarios, and the path they take through time.

pub mod file;
pub mod scenario;
pub mod series;
pub mod timeline;

pub use series::{Bar, Series};
pub use timeline::{Step, Timeline};
