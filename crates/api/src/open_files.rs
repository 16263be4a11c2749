//! How many files the process may have open, and how many of them connections may take.
//!
//! A connection is an open file to the operating system, and so are the database and everything else. A service manager
//! often allows 1,024 until a program asks for more. Whoever opens connections and sends nothing must not take what the
//! database needs.

/// Connections at once; more wait in the listener's backlog. Each idle one costs some tens of kilobytes.
const CONNECTIONS: u64 = 10_240;

/// Kept for everything else: the database, files of evidence in both directions, bundles, whoever is asked over the network.
const RESERVED: u64 = 256;

/// The fewest connections that are any use.
const LEAST: u64 = 64;

/// Asks for as many open files as may be had, and gives how many connections may be taken at once.
pub(crate) fn connections() -> usize {
    let allowed = rlimit::increase_nofile_limit(CONNECTIONS + RESERVED).unwrap_or_else(|error| {
        tracing::warn!(%error, "the limit of open files is not known");
        LEAST + RESERVED
    });
    let connections = of(allowed);
    if connections < CONNECTIONS {
        tracing::warn!(
            allowed,
            connections,
            "few open files are allowed (ulimit -n, LimitNOFILE)"
        );
    }
    usize::try_from(connections).unwrap_or(usize::MAX)
}

/// Connections among so many open files.
fn of(allowed: u64) -> u64 {
    allowed.saturating_sub(RESERVED).clamp(LEAST, CONNECTIONS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_leave_room_for_the_rest() {
        assert_eq!(of(1_024), 768);
        assert_eq!(of(16_384), CONNECTIONS);
        assert_eq!(of(u64::MAX), CONNECTIONS);
        assert_eq!(of(100), LEAST, "too few for anything, but it still tries");
    }
}
