#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Core dumps: a picture of the memory would hold every secret of the process.
package enum CoreDumps {
  /// Lets no dump of this process hold any of its memory, neither in a file nor at a collector.
  ///
  /// The process stays as readable to its own user as before (its size can be watched under `/proc`), since whoever is
  /// that user can read the data folder anyway.
  package static func forbid() {
    var none = rlimit(rlim_cur: 0, rlim_max: 0)
    #if os(Linux)
      _ = setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none)
      // The limit counts for files only; of what a collector in core_pattern is given, this leaves all memory out.
      let filter = open("/proc/self/coredump_filter", O_WRONLY | O_CLOEXEC)
      guard filter >= 0 else { return }
      _ = write(filter, "0", 1)
      close(filter)
    #else
      _ = setrlimit(RLIMIT_CORE, &none)
    #endif
  }
}
