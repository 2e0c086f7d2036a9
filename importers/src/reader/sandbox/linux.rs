//! The box as Linux builds it: Landlock for files, seccomp for system calls, prctl for the rest.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use landlock::{
    ABI, Access, AccessFs, AccessNet, PathBeneath, PathFd, Ruleset, RulesetAttr, RulesetCreatedAttr, RulesetStatus,
    Scope,
};
use rustix::process::{DumpableBehavior, Signal, set_dumpable_behavior, set_parent_process_death_signal};
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule, TargetArch,
};

use super::Terms;

/// Programs, libraries and what they need: GDAL's and PROJ's tables, code pages of iconv, the time zone.
const SYSTEM: &[&str] = &[
    "/usr",
    "/lib",
    "/lib64",
    "/nix/store",
    "/etc/ld.so.cache",
    "/etc/localtime",
    "/dev/null",
    "/dev/urandom",
    "/sys/devices/system/cpu",
];
/// Variables that name further folders of tables, separated by colons.
const FOLDER_VARIABLES: &[&str] = &["GDAL_DATA", "PROJ_DATA", "PROJ_LIB", "LD_LIBRARY_PATH"];
/// The newest Landlock whose rights are asked for; older kernels enforce what they know of it.
const NEWEST: ABI = ABI::V6;

/// See [`super::settle_in`].
pub(super) fn settle_in() {
    // A system that does not know these leaves the process as it was: there is nothing to report yet.
    let _ = set_parent_process_death_signal(Some(Signal::KILL));
    let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
}

/// Reading in the sources' and the system's folders, writing in the private one, nothing else.
pub(super) fn confine_files(terms: &Terms) -> Result<(), String> {
    let words = |error: landlock::RulesetError| error.to_string();
    let read = AccessFs::ReadFile | AccessFs::ReadDir;
    let everything = AccessFs::from_all(NEWEST) & !(AccessFs::Execute | AccessFs::MakeChar | AccessFs::MakeBlock);
    let mut rules = Ruleset::default()
        .handle_access(AccessFs::from_all(NEWEST))
        .and_then(|rules| rules.handle_access(AccessNet::from_all(NEWEST)))
        .and_then(|rules| rules.scope(Scope::from_all(NEWEST)))
        .and_then(Ruleset::create)
        .map_err(words)?;
    let named = FOLDER_VARIABLES.iter().filter_map(std::env::var_os);
    let named: Vec<PathBuf> = named.flat_map(|paths| std::env::split_paths(&paths).collect::<Vec<_>>()).collect();
    let readable = SYSTEM.iter().map(Path::new).chain(named.iter().map(PathBuf::as_path));
    for path in readable.chain(terms.folders.iter().map(PathBuf::as_path)) {
        // What is not there cannot be read either.
        let Ok(opened) = PathFd::new(path) else { continue };
        let access = if path.is_dir() { read } else { AccessFs::ReadFile.into() };
        rules = rules.add_rule(PathBeneath::new(opened, access)).map_err(words)?;
    }
    let private = PathFd::new(&terms.private).map_err(|error| error.to_string())?;
    rules = rules.add_rule(PathBeneath::new(private, everything)).map_err(words)?;
    let status = rules.restrict_self().map_err(words)?;
    if status.ruleset == RulesetStatus::NotEnforced {
        return Err("the kernel has no Landlock, or it is switched off".to_owned());
    }
    Ok(())
}

/// Calls that answer "not permitted": connections, programs, other processes, the system itself.
const REFUSED: &[i64] = &[
    libc::SYS_socket,
    libc::SYS_socketpair,
    libc::SYS_connect,
    libc::SYS_bind,
    libc::SYS_listen,
    libc::SYS_accept,
    libc::SYS_accept4,
    libc::SYS_sendto,
    libc::SYS_sendmsg,
    libc::SYS_sendmmsg,
    libc::SYS_execve,
    libc::SYS_execveat,
    libc::SYS_ptrace,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_pidfd_open,
    libc::SYS_pidfd_getfd,
    libc::SYS_pidfd_send_signal,
    libc::SYS_kill,
    libc::SYS_tkill,
    libc::SYS_setpriority,
    libc::SYS_mount,
    libc::SYS_umount2,
    libc::SYS_pivot_root,
    libc::SYS_chroot,
    libc::SYS_setns,
    libc::SYS_unshare,
    libc::SYS_open_tree,
    libc::SYS_move_mount,
    libc::SYS_fsopen,
    libc::SYS_name_to_handle_at,
    libc::SYS_open_by_handle_at,
    libc::SYS_bpf,
    libc::SYS_perf_event_open,
    libc::SYS_userfaultfd,
    libc::SYS_add_key,
    libc::SYS_request_key,
    libc::SYS_keyctl,
    libc::SYS_init_module,
    libc::SYS_finit_module,
    libc::SYS_delete_module,
    libc::SYS_kexec_load,
    libc::SYS_reboot,
    libc::SYS_swapon,
    libc::SYS_swapoff,
    libc::SYS_sethostname,
    libc::SYS_setdomainname,
    libc::SYS_settimeofday,
    libc::SYS_clock_settime,
    libc::SYS_adjtimex,
    libc::SYS_clock_adjtime,
    libc::SYS_quotactl,
    libc::SYS_acct,
    libc::SYS_syslog,
    libc::SYS_personality,
    libc::SYS_shmget,
    libc::SYS_shmat,
    libc::SYS_msgget,
    libc::SYS_semget,
    libc::SYS_mq_open,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_fork,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_vfork,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_setrlimit,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_ioperm,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_iopl,
];

/// Calls that answer "there is no such call", for which libraries have another way: `clone` can be looked into, this
/// cannot; `io_uring` would go around the filter.
const UNKNOWN: &[i64] = &[libc::SYS_clone3, libc::SYS_io_uring_setup, libc::SYS_memfd_create, libc::SYS_memfd_secret];

/// Calls that answer "done" and do nothing: Landlock does not guard a file's mode, owner, times and attributes, and
/// copying a file into the private folder must not fail for wanting to set them.
const IDLE: &[i64] = &[
    libc::SYS_fchmod,
    libc::SYS_fchmodat,
    libc::SYS_fchown,
    libc::SYS_fchownat,
    libc::SYS_utimensat,
    libc::SYS_setxattr,
    libc::SYS_lsetxattr,
    libc::SYS_fsetxattr,
    libc::SYS_removexattr,
    libc::SYS_lremovexattr,
    libc::SYS_fremovexattr,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_chmod,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_chown,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_lchown,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_utime,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_utimes,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_futimesat,
];

/// Bit of the x32 calls, which reach the same kernel functions under other numbers.
#[cfg(target_arch = "x86_64")]
const X32: i64 = 0x4000_0000;

/// No network, no programs, no other processes.
pub(super) fn confine_calls() -> Result<(), String> {
    // Threads are welcome, processes are not; limits may be read, not changed (root could raise them again).
    let no_thread = when(0, SeccompCmpArgLen::Dword, SeccompCmpOp::MaskedEq(libc::CLONE_THREAD as u64))?;
    let new_limit = when(2, SeccompCmpArgLen::Qword, SeccompCmpOp::Ne)?;
    let mut refused = every(REFUSED);
    refused.insert(libc::SYS_clone, vec![no_thread]);
    refused.insert(libc::SYS_prlimit64, vec![new_limit]);
    for (rules, errno) in [(every(IDLE), 0), (every(UNKNOWN), libc::ENOSYS), (refused, libc::EPERM)] {
        let program = program(rules, errno.cast_unsigned())?;
        seccompiler::apply_filter_all_threads(&program).map_err(|error| error.to_string())?;
    }
    Ok(())
}

/// A rule that holds when an argument, compared so with 0, says yes.
fn when(argument: u8, length: SeccompCmpArgLen, compare: SeccompCmpOp) -> Result<SeccompRule, String> {
    SeccompCondition::new(argument, length, compare, 0)
        .and_then(|condition| SeccompRule::new(vec![condition]))
        .map_err(|error| error.to_string())
}

fn every(calls: &[i64]) -> BTreeMap<i64, Vec<SeccompRule>> {
    let rules = calls.iter().map(|call| (*call, Vec::new()));
    #[cfg(target_arch = "x86_64")]
    let rules = rules.chain(calls.iter().map(|call| (*call | X32, Vec::new())));
    rules.collect()
}

fn program(rules: BTreeMap<i64, Vec<SeccompRule>>, errno: u32) -> Result<BpfProgram, String> {
    let arch = TargetArch::try_from(std::env::consts::ARCH).map_err(|error| error.to_string())?;
    SeccompFilter::new(rules, SeccompAction::Allow, SeccompAction::Errno(errno), arch)
        .and_then(BpfProgram::try_from)
        .map_err(|error| error.to_string())
}
