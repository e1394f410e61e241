//! Peak resident memory of the process, as the operating system counts it.

/// Returns the peak resident memory of this process in bytes; none on systems without `/proc`.
pub(super) fn read_peak_memory() -> Option<u64> {
    parse_peak(&std::fs::read_to_string("/proc/self/status").ok()?)
}

/// Parses the line `VmHWM:   1234 kB` of `/proc/self/status`. The kernel's kB are 1,024 bytes.
fn parse_peak(status: &str) -> Option<u64> {
    let value = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: u64 = value.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_peak_is_the_high_water_mark_in_bytes() {
        let status = "Name:\tclout\nVmPeak:\t  999 kB\nVmHWM:\t   1234 kB\nVmRSS:\t   1000 kB\n";
        assert_eq!(parse_peak(status), Some(1234 * 1024));
        assert_eq!(parse_peak("Name:\tclout\n"), None);
        assert_eq!(parse_peak("VmHWM:\tmuch kB\n"), None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn the_peak_includes_memory_that_was_freed() {
        let bytes = 64 << 20;
        drop(std::hint::black_box(vec![1_u8; bytes]));
        let peak = read_peak_memory().unwrap();
        assert!(peak > bytes as u64, "{peak}");
    }
}
