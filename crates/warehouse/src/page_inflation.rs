//! Check of the size to which a page inflates, for codecs that do not stop at the announced size.
//!
//! arrow-rs decompresses Brotli to its end, and a few bytes of it can become gigabytes. The other codecs end at the
//! announced size (Zstandard, Snappy) or inflate at most about 1,000-fold (gzip) or 255-fold (LZ4), which is less than
//! the bound of a chunk.

use std::io::{Read, copy, sink};

use parquet::basic::Compression;

/// Buffer of the decompressor in bytes.
const BUFFER_BYTES: usize = 4096;

/// Checks that the compressed bytes inflate to at most `announced` bytes. Broken bytes pass: decoding reports them.
pub(crate) fn check_inflation(codec: Compression, compressed: &[u8], announced: u64) -> Result<(), &'static str> {
    if !matches!(codec, Compression::BROTLI(_)) {
        return Ok(());
    }
    let mut inflated = brotli::Decompressor::new(compressed, BUFFER_BYTES).take(announced + 1);
    match copy(&mut inflated, &mut sink()) {
        Ok(bytes) if bytes > announced => Err("inflates beyond its announced size"),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use parquet::basic::BrotliLevel;

    use super::*;

    #[test]
    fn a_page_that_inflates_beyond_its_size_is_refused_before_it_is_decoded() {
        let zeros = vec![0_u8; 1 << 20];
        let mut compressed = Vec::new();
        let mut writer = brotli::CompressorWriter::new(&mut compressed, BUFFER_BYTES, 5, 22);
        writer.write_all(&zeros).unwrap();
        drop(writer);
        assert!(compressed.len() < 1000, "{}", compressed.len());
        let codec = Compression::BROTLI(BrotliLevel::default());
        assert_eq!(check_inflation(codec, &compressed, 1 << 20), Ok(()));
        assert!(check_inflation(codec, &compressed, (1 << 20) - 1).is_err());
        assert!(check_inflation(codec, &compressed, 0).is_err());
        assert_eq!(check_inflation(codec, b"no brotli", 10), Ok(()), "decoding reports it");
        assert_eq!(check_inflation(Compression::SNAPPY, &compressed, 0), Ok(()));
    }
}
