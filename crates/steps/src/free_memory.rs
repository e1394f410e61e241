//! Returns freed memory to the system.

/// Returns memory that was freed to the system, if the allocator of the C library supports it. It keeps freed memory
/// otherwise, and the next step, which needs other sizes, would come on top of it.
pub fn return_free_memory() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    {
        unsafe extern "C" {
            fn malloc_trim(pad: usize) -> std::ffi::c_int;
        }
        // SAFETY: malloc_trim may be called at any time from any thread, and changes no allocated memory.
        unsafe { malloc_trim(0) };
    }
}
