//! Whether the display answers, asked before the window system is: that one ends the program where it does not.

use crate::error::EngineError;

/// Asks the display server that DISPLAY names for a connection.
///
/// # Errors
/// [`EngineError::DisplayUnreachable`].
#[cfg(all(unix, not(target_os = "macos")))]
pub(crate) fn reach() -> Result<(), EngineError> {
    use std::sync::mpsc::channel;
    use std::time::Duration;
    /// Time that a server may take. A local one takes a millisecond.
    const PATIENCE: Duration = Duration::from_secs(8);

    let display = std::env::var("DISPLAY").unwrap_or_default();
    let unreachable = |reason: String| EngineError::DisplayUnreachable { display: display.clone(), reason };
    let (sender, answer) = channel();
    // In a thread: a server that takes the call and says nothing would keep this one for ever.
    let ask = move || {
        let asked = x11rb::connect(None).map(|_| ()).map_err(|error| error.to_string());
        // Nobody listens once the patience is over.
        let _ = sender.send(asked);
    };
    std::thread::Builder::new()
        .name("display".to_owned())
        .spawn(ask)
        .map_err(|error| unreachable(error.to_string()))?;
    match answer.recv_timeout(PATIENCE) {
        Ok(answer) => answer.map_err(unreachable),
        Err(_) => Err(unreachable(format!("no answer within {} s", PATIENCE.as_secs()))),
    }
}

/// Other systems have a display wherever they have windows.
///
/// # Errors
/// None.
#[cfg(not(all(unix, not(target_os = "macos"))))]
pub(crate) fn reach() -> Result<(), EngineError> {
    Ok(())
}
