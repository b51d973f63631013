//! `verify`: whether a bundle is still what its manifest says.

use std::path::Path;

use super::exit::{self, Failure};
use super::output::{data, table};
use crate::export::{self, Sum};
use crate::text::shown_str;

pub(super) fn run(place: &Path) -> Result<u8, Failure> {
    let found = export::verify(place).map_err(|why| Failure::Other(shown_str(&why, 400)))?;
    let rows: Vec<Vec<String>> =
        found.iter().map(|(name, sum)| vec![sum.word().to_owned(), shown_str(name, 100)]).collect();
    data(&table(&rows))?;
    let right = found.iter().all(|(_, sum)| *sum == Sum::Right);
    if right {
        return Ok(exit::OK);
    }
    Err(Failure::Other("the bundle does not match its manifest".to_owned()))
}
