//! Addresses of databases: which one to use, and how to show one without its password.

use std::path::Path;

use super::server::SUPERUSER;
use super::{Cluster, ClusterError};

/// Set it to use another server than the private one.
pub const URL_VARIABLE: &str = "TWIN_DATABASE_URL";
/// Name of the database in the private cluster.
pub const DATABASE: &str = "twin";

/// Address of the database to use: what `TWIN_DATABASE_URL` says, or the private cluster of `data_dir`, made and
/// started if need be.
///
/// # Errors
/// As [`Cluster::open`], [`Cluster::ensure_running`] and [`Cluster::ensure_database`].
pub fn resolve_database_url(data_dir: &Path) -> Result<String, ClusterError> {
    if let Some(url) = std::env::var(URL_VARIABLE).ok().filter(|url| !url.trim().is_empty()) {
        return Ok(url);
    }
    let cluster = Cluster::open(data_dir)?;
    cluster.ensure_running()?;
    cluster.ensure_database(DATABASE)?;
    Ok(cluster.url(DATABASE))
}

/// Address of a database behind a socket.
pub(super) fn socket_url(socket_dir: &Path, database: &str) -> String {
    let host = percent_encoded(&socket_dir.to_string_lossy());
    format!("postgresql://{SUPERUSER}@{host}/{}", percent_encoded(database))
}

fn percent_encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    text.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

/// An address to show to people or put in a log: any password is replaced by stars.
pub fn redacted(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return redacted_words(url) };
    let (address, query) = match rest.split_once('?') {
        Some((address, query)) => (address, Some(query)),
        None => (rest, None),
    };
    // The last @ ends the user part: an unescaped one in a password must not show its tail.
    let address = match address.rsplit_once('@') {
        Some((user, host)) => match user.split_once(':') {
            Some((user, _)) => format!("{user}:***@{host}"),
            None => format!("{user}@{host}"),
        },
        None => address.to_owned(),
    };
    let query = query.map(|query| {
        let parts = query.split('&').map(|part| match part.split_once('=') {
            Some((key, _)) if is_secret(key) => format!("{key}=***"),
            _ => part.to_owned(),
        });
        format!("?{}", parts.collect::<Vec<_>>().join("&"))
    });
    format!("{scheme}://{address}{}", query.unwrap_or_default())
}

fn is_secret(key: &str) -> bool {
    let key = key.trim().to_ascii_lowercase();
    key.contains("password") || key == "sslkey" || key == "passfile"
}

/// The `key=value` form: values may be quoted with `'` and escaped with `\`, and spaces may stand around `=`.
fn redacted_words(words: &str) -> String {
    let mut shown = String::new();
    let mut rest = words;
    while let Some((key, after)) = rest.split_once('=') {
        let value = after.trim_start();
        let length = value_length(value);
        shown.push_str(key);
        shown.push('=');
        shown.push_str(if is_secret(key) { "***" } else { &value[..length] });
        rest = &value[length..];
    }
    // What is left names no key: a plain word, or the tail of a value with a stray quote.
    if !shown.is_empty() && !rest.trim().is_empty() {
        rest = " ***";
    }
    shown + rest
}

fn value_length(value: &str) -> usize {
    let quoted = value.starts_with('\'');
    let mut escaped = false;
    for (at, c) in value.char_indices().skip(usize::from(quoted)) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '\'' if quoted => return at + 1,
            c if c.is_whitespace() && !quoted => return at,
            _ => {}
        }
    }
    value.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_never_show() {
        for (url, shown) in [
            (
                "postgresql://ann:s3cret@db.example:5433/twin?sslmode=disable",
                "postgresql://ann:***@db.example:5433/twin?sslmode=disable",
            ),
            ("postgres://ann:s3@cret@host/twin", "postgres://ann:***@host/twin"),
            ("postgres://ann@host/twin?password=s3cret&x=1", "postgres://ann@host/twin?password=***&x=1"),
            ("host=/tmp user=ann password=s3cret dbname=twin", "host=/tmp user=ann password=*** dbname=twin"),
            ("host=h password = 's3 cr\\'et' user=ann", "host=h password =*** user=ann"),
            ("password='s3cret", "password=***"),
            ("host=h", "host=h"),
            ("nonsense", "nonsense"),
        ] {
            assert_eq!(redacted(url), shown);
            assert!(!redacted(url).contains("s3"), "{url}");
        }
    }

    #[test]
    fn the_socket_url_is_one_that_clients_parse() {
        let url = socket_url(Path::new("/tmp/park twin-1"), "twin");
        let config: postgres::Config = url.parse().unwrap();
        assert_eq!(config.get_dbname(), Some("twin"));
        assert_eq!(config.get_hosts(), [postgres::config::Host::Unix("/tmp/park twin-1".into())]);
    }
}
