//! Moments as people write them: UTC, as RFC 3339 has it.

/// Nanoseconds of a second.
const SECOND: u64 = 1_000_000_000;
/// Seconds of a day.
const DAY: u64 = 86_400;

/// A moment in nanoseconds since 1970 as `2026-08-01T12:00:00.000000000Z`.
#[must_use]
pub fn format_utc(nanos: u64) -> String {
    let (seconds, fraction) = (nanos / SECOND, nanos % SECOND);
    let [year, month, day] = date_of(seconds / DAY);
    let time = seconds % DAY;
    let [hour, minute, second] = [time / 3600, time / 60 % 60, time % 60];
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{fraction:09}Z")
}

/// Year, month and day of a day that is counted from 1970.
fn date_of(day: u64) -> [u64; 3] {
    let mut left = day;
    // Of the Gregorian calendar, 400 years have the same number of days each.
    let mut year = 1970 + left / 146_097 * 400;
    left %= 146_097;
    while left >= days_of_year(year) {
        left -= days_of_year(year);
        year += 1;
    }
    let mut month = 1;
    while left >= days_of_month(year, month) {
        left -= days_of_month(year, month);
        month += 1;
    }
    [year, month, left + 1]
}

const fn is_leap(year: u64) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

const fn days_of_year(year: u64) -> u64 {
    if is_leap(year) { 366 } else { 365 }
}

const fn days_of_month(year: u64, month: u64) -> u64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// The moment that a text means, in nanoseconds since 1970: `2026-08-01`, `2026-08-01T12:00`, `2026-08-01 12:00:00.5+02:00`
/// (UTC if no zone is named), `@SECONDS` since 1970, or how long before `now` it was, such as `90s`, `10m`, `2h`, `3d`.
///
/// # Errors
///
/// What texts there are, in words for the user.
pub fn parse_moment(text: &str, now: u64) -> Result<u64, String> {
    let parsed =
        text.strip_prefix('@').map_or_else(|| parse_ago(text, now).or_else(|| parse_date(text)), parse_seconds);
    parsed.ok_or_else(|| {
        format!(
            "`{text}` is no time: write 2026-08-01T12:00:00Z, @SECONDS since 1970, or how long ago: 90s, 10m, 2h, 3d"
        )
    })
}

fn parse_seconds(text: &str) -> Option<u64> {
    let (seconds, fraction) = text.split_once('.').unwrap_or((text, ""));
    number(seconds)?.checked_mul(SECOND)?.checked_add(parse_fraction(fraction)?)
}

/// Digits after the point, as nanoseconds.
fn parse_fraction(digits: &str) -> Option<u64> {
    let digits = digits.get(..digits.len().min(9))?;
    number(&format!("{digits:0<9}"))
}

fn parse_ago(text: &str, now: u64) -> Option<u64> {
    let unit = text.chars().last()?;
    let seconds = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3600,
        'd' => DAY,
        _ => return None,
    };
    let count = number(text.strip_suffix(unit)?)?;
    now.checked_sub(count.checked_mul(seconds)?.checked_mul(SECOND)?)
}

/// Digits only: no signs, which [`str::parse`] takes.
fn number(digits: &str) -> Option<u64> {
    digits.bytes().all(|digit| digit.is_ascii_digit()).then(|| digits.parse().ok())?
}

fn parse_date(text: &str) -> Option<u64> {
    let (date, time) = match text.split_once(['T', 't', ' ']) {
        Some((date, time)) => (date, time),
        None => (text, "00:00"),
    };
    let mut parts = date.split('-').map(number);
    let (Some(Some(year)), Some(Some(month)), Some(Some(day)), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return None;
    };
    let is_date =
        (1970..=2500).contains(&year) && (1..=12).contains(&month) && (1..=days_of_month(year, month)).contains(&day);
    if !is_date {
        return None;
    }
    let days: u64 =
        (1970..year).map(days_of_year).sum::<u64>() + (1..month).map(|m| days_of_month(year, m)).sum::<u64>();
    let midnight = (days + day - 1) * DAY * SECOND;
    let (time, is_east, offset) = split_zone(time)?;
    let local = midnight + parse_time(time)?;
    if is_east { local.checked_sub(offset) } else { local.checked_add(offset) }
}

/// The time without its zone, whether that is east of Greenwich, and how far.
fn split_zone(time: &str) -> Option<(&str, bool, u64)> {
    if let Some(time) = time.strip_suffix(['Z', 'z']) {
        return Some((time, true, 0));
    }
    let Some(place) = time.find(['+', '-']) else { return Some((time, true, 0)) };
    let (time, zone) = time.split_at_checked(place)?;
    let is_east = zone.starts_with('+');
    let zone = zone.get(1..)?;
    let (hours, minutes) = zone.split_once(':').or_else(|| zone.split_at_checked(2))?;
    let minutes = if minutes.is_empty() { "0" } else { minutes };
    let [hours, minutes] = [hours, minutes].map(|part| number(part).filter(|number| *number < 60));
    Some((time, is_east, (hours? * 60 + minutes?) * 60 * SECOND))
}

fn parse_time(time: &str) -> Option<u64> {
    let (time, fraction) = time.split_once('.').unwrap_or((time, ""));
    let mut parts = time.split(':').map(number);
    let (hour, minute) = (parts.next()??, parts.next()??);
    let second = parts.next().unwrap_or(Some(0))?;
    let is_time = hour < 24 && minute < 60 && second <= 60 && parts.next().is_none();
    let seconds = (hour * 60 + minute) * 60 + second;
    (is_time).then_some(seconds * SECOND + parse_fraction(fraction)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: u64 = 1_785_585_600 * SECOND;

    #[test]
    fn moments_of_all_spellings() {
        for (text, seconds) in [
            ("1970-01-01", 0),
            ("2026-08-01T12:00:00Z", 1_785_585_600),
            ("2026-08-01t12:00", 1_785_585_600),
            ("2026-08-01 14:00:00+02:00", 1_785_585_600),
            ("2026-08-01T09:30-0230", 1_785_585_600),
            ("2024-02-29T00:00:00+00", 1_709_164_800),
            ("@17", 17),
            ("0s", 1_785_585_600),
            ("10m", 1_785_585_000),
            ("2h", 1_785_578_400),
            ("1d", 1_785_499_200),
        ] {
            assert_eq!(parse_moment(text, NOW), Ok(seconds * SECOND), "{text}");
        }
        assert_eq!(parse_moment("@1.5", NOW), Ok(1_500_000_000));
        assert_eq!(parse_moment("1970-01-01T00:00:01.25Z", NOW), Ok(1_250_000_000));
    }

    #[test]
    fn what_is_no_moment_is_named() {
        for text in [
            "",
            "now",
            "2026-13-01",
            "2025-02-29",
            "2026-08-01T25:00",
            "2026-08-01T1",
            "2026-08",
            "-1d",
            "99999999d",
            "1w",
            "@",
            "@x",
            "2026-08-01T12:00:00+",
            "2026-08-01T12:00:00+é0",
            "é",
            "2026-08-01T12:00é",
            "2026-08-01-02",
            "+1h",
        ] {
            let error = parse_moment(text, NOW);
            assert!(error.is_err_and(|words| words.contains(&format!("`{text}`"))), "{text}");
        }
    }

    #[test]
    fn moments_are_written_as_they_are_read() {
        assert_eq!(format_utc(0), "1970-01-01T00:00:00.000000000Z");
        assert_eq!(format_utc(u64::MAX), "2554-07-21T23:34:33.709551615Z");
        for day in (0..190_000).step_by(17) {
            let nanos = (day * DAY + 86_399) * SECOND + 5;
            assert_eq!(parse_moment(&format_utc(nanos), NOW), Ok(nanos), "{day}");
        }
    }
}
