//! Reading the text that `debugdump` prints.

/// What follows the banner, which quotes the command and is each tool's own.
pub fn without_banner(dump: &str) -> &str {
    dump.split_once("\n */\n").map_or(dump, |(_, rest)| rest)
}

/// What both tools have: without the banner, and without what Go's tool does not know of snapshots.
pub fn comparable(dump: &str) -> String {
    without_banner(dump).split_inclusive('\n').filter(|line| !line.starts_with("snapshot: ")).collect()
}

/// The dump in a form that does not depend on where the files lie, nor on the order of their names: the banner is cut,
/// paths of data files are cut, and the parts that belong to one pod each are sorted.
pub fn normal(dump: &str) -> String {
    const POD: &str = "Cover mode: ";
    let dump = comparable(dump);
    let (body, total) = dump.split_at(dump.find("totalStmts: ").unwrap_or(dump.len()));
    let mut pods: Vec<String> = body.split_inclusive('\n').fold(Vec::new(), |mut pods: Vec<String>, line| {
        if line.starts_with(POD) || pods.is_empty() {
            pods.push(String::new());
        }
        if let Some(pod) = pods.last_mut() {
            pod.push_str(&without_path(line));
        }
        pods
    });
    pods.sort();
    pods.concat() + total
}

fn without_path(line: &str) -> String {
    const DATA_FILE: &str = "data file ";
    match line.strip_prefix(DATA_FILE) {
        Some(rest) => {
            // What may follow a path; the path may contain spaces.
            let ends = [" GOOS=", " GOARCH=", "  program args: ", "\n"];
            let end = ends.iter().filter_map(|end| rest.find(end)).min();
            let end = end.unwrap_or(rest.len());
            format!("{DATA_FILE}PATH{}", &rest[end..])
        }
        None => line.to_owned(),
    }
}

/// The counters of the units of the function `name`, of its first occurrence.
pub fn counters(dump: &str, name: &str) -> Option<Vec<u64>> {
    let head = format!("\nFunc: {name}\n");
    let start = dump.find(&head)? + head.len();
    let body = dump[start..].split("\n\n").next()?;
    let units = body.lines().filter(|line| line.contains(" -- L"));
    Some(units.filter_map(|line| line.rsplit(' ').next()?.parse().ok()).collect())
}
