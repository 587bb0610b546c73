//! Imports flow one way: from room to room by the one list of layers, and from file to file without
//! a circle.

use std::collections::{BTreeMap, BTreeSet};

use super::source::{Source, left, modules};

/// The layers, each importing only what stands before it. CONTRIBUTING and `src/lib.rs` name this
/// list.
const LAYERS: [&str; 17] = [
    "error", "types", "config", "ui", "cache", "catalog", "plan", "aws", "acquire", "shell",
    "prompt", "cli", "completion", "commands", "testing", "lib", "main",
];

/// Rooms that must not reach the network, by construction: TAB, the scripts and the prompt.
const WITHOUT_NETWORK: [&str; 3] = ["shell", "prompt", "completion"];
const NETWORK: [&str; 2] = ["aws", "acquire"];

/// Files that stand in a circle still. This number only ever gets smaller.
const FILES_IN_CIRCLES: usize = 0;

fn layer_of(room: &str) -> usize {
    let layer = LAYERS.iter().position(|layer| *layer == room);
    layer.unwrap_or_else(|| panic!("the room {room} has no layer"))
}

fn room_of(module: &str) -> &str {
    match module.split("::").next() {
        Some("") | None => "lib",
        Some(room) => room,
    }
}

#[test]
fn rooms_import_only_rooms_before_them() {
    let modules = modules();
    for (module, imports) in graph(&modules) {
        let room = room_of(module);
        for other in imports.into_iter().map(room_of) {
            assert!(layer_of(other) <= layer_of(room), "{module} imports {other}, a later layer");
            assert!(
                !WITHOUT_NETWORK.contains(&room) || !NETWORK.contains(&other),
                "{module} imports {other}, which has the network"
            );
        }
    }
}

#[test]
fn files_import_each_other_in_no_circle() {
    let modules = modules();
    let graph = graph(&modules);
    let circles = circles(&graph);
    let count: usize = circles.iter().map(Vec::len).sum();
    let listed: Vec<String> = circles.iter().map(|files| files.join(", ")).collect();
    assert!(count <= left(FILES_IN_CIRCLES), "{count} files in circles:\n{}", listed.join("\n"));
}

/// The modules that each module imports. `mod child;` imports nothing, and a name that a module
/// only passes on is imported from where it stands.
fn graph(modules: &BTreeMap<String, Source>) -> BTreeMap<&str, BTreeSet<&str>> {
    let paths: BTreeMap<&str, Paths> =
        modules.iter().map(|(name, source)| (name.as_str(), Paths::read(&source.code))).collect();
    let tree = Tree { modules, paths: &paths };
    let mut graph = BTreeMap::new();
    for (name, own) in &paths {
        let imports = own.imported.iter().flat_map(|path| tree.resolve(name, path, 0));
        graph.insert(*name, imports.filter(|other| other != name).collect());
    }
    graph
}

/// The paths that a file names.
#[derive(Default)]
struct Paths {
    /// Those it uses itself.
    imported: Vec<Vec<String>>,
    /// Those it passes on (`pub use`), by the name that others see.
    passed_on: Vec<(String, Vec<String>)>,
}

impl Paths {
    fn read(code: &str) -> Self {
        let mut paths = Self::default();
        let mut rest = String::with_capacity(code.len());
        for statement in code.split_inclusive(';') {
            let start =
                statement.rfind(['{', '}', ']', '\n']).map_or(0, |_| start_of_use(statement));
            let (before, used) = statement.split_at(start);
            rest.push_str(before);
            let used = used.trim().trim_end_matches(';');
            let Some((visibility, tree)) = used.split_once("use ") else {
                rest.push_str(used);
                continue;
            };
            for (name, path) in expanded(tree) {
                if visibility.contains("pub") {
                    paths.passed_on.push((name, path));
                } else {
                    paths.imported.push(path);
                }
            }
        }
        paths.imported.extend(inline(&rest));
        paths
    }
}

/// Where the `use` of a statement starts, with its visibility; its end when there is none.
fn start_of_use(statement: &str) -> usize {
    let at = statement.rmatch_indices("use ").map(|(at, _)| at).find(|&at| {
        let line = statement[..at].rsplit('\n').next().unwrap_or_default().trim();
        line.is_empty() || line.starts_with("pub") && !line.contains(';')
    });
    at.map_or(statement.len(), |at| statement[..at].rfind('\n').map_or(0, |line| line + 1))
}

/// The paths of a `use` tree: `a::{b, c::D as E}` gives `a::b` and `a::c::D`, by last names.
fn expanded(tree: &str) -> Vec<(String, Vec<String>)> {
    let tree = tree.trim();
    if let Some(open) = tree.find('{') {
        let prefix = tree[..open].trim().trim_end_matches("::");
        let inside = &tree[open + 1..tree.rfind('}').unwrap_or(tree.len())];
        let whole = |part: &str| match (prefix, part.trim()) {
            (prefix, "self") => prefix.to_owned(),
            ("", part) => part.to_owned(),
            (prefix, part) => format!("{prefix}::{part}"),
        };
        return parts(inside).into_iter().flat_map(|part| expanded(&whole(part))).collect();
    }
    let (path, name) = tree.split_once(" as ").unwrap_or((tree, ""));
    let path: Vec<String> = path.split("::").map(|part| part.trim().to_owned()).collect();
    let last = path.last().cloned().unwrap_or_default();
    vec![(if name.is_empty() { last } else { name.trim().to_owned() }, path)]
}

/// Splits at the commas outside braces.
fn parts(text: &str) -> Vec<&str> {
    let (mut depth, mut start, mut parts) = (0_i32, 0, Vec::new());
    for (at, character) in text.char_indices() {
        depth += i32::from(character == '{') - i32::from(character == '}');
        if character == ',' && depth == 0 {
            parts.push(&text[start..at]);
            start = at + 1;
        }
    }
    parts.push(&text[start..]);
    parts.into_iter().filter(|part| !part.trim().is_empty()).collect()
}

/// Paths in the code itself: `a::b::c`. Those of supers alone are of a visibility.
fn inline(code: &str) -> Vec<Vec<String>> {
    let is_part = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
    code.split(|c| !is_part(c))
        .filter(|word| word.contains("::"))
        .map(|word| word.split("::").map(str::to_owned).collect::<Vec<_>>())
        .filter(|path| path.iter().any(|part| part != "super"))
        .collect()
}

struct Tree<'a, 'b> {
    modules: &'a BTreeMap<String, Source>,
    paths: &'b BTreeMap<&'a str, Paths>,
}

impl<'a> Tree<'a, '_> {
    /// The modules that a path leads to from `module`; nothing for a path of another crate.
    fn resolve(&self, module: &str, path: &[String], depth: usize) -> Vec<&'a str> {
        let child = |of: &str, name: &str| {
            let whole = if of.is_empty() { name.to_owned() } else { format!("{of}::{name}") };
            self.modules.get_key_value(&whole).map(|(name, _)| name.as_str())
        };
        let key = |name: &str| self.modules.get_key_value(name).map(|(name, _)| name.as_str());
        let mut parts = path.iter().map(String::as_str).peekable();
        let Some(first) = parts.next() else { return Vec::new() };
        let start = match first {
            "crate" => key(""),
            "self" => key(module),
            "super" => key(module.rsplit_once("::").map_or("", |(parent, _)| parent)),
            name => child(module, name),
        };
        let Some(mut here) = start else { return Vec::new() };
        while let Some(&part) = parts.peek() {
            let next = match part {
                "super" => key(here.rsplit_once("::").map_or("", |(parent, _)| parent)),
                name => child(here, name),
            };
            let Some(next) = next else { break };
            here = next;
            parts.next();
        }
        let Some(item) = parts.next().filter(|_| here != module && depth < 8) else {
            return vec![here];
        };
        let passed_on = &self.paths[here].passed_on;
        let found: Vec<&str> = passed_on
            .iter()
            .filter(|(name, _)| name == item || name == "*")
            .flat_map(|(_, path)| self.resolve(here, path, depth + 1))
            .collect();
        if found.is_empty() { vec![here] } else { found }
    }
}

/// Groups of modules that reach each other.
fn circles<'a>(graph: &BTreeMap<&'a str, BTreeSet<&'a str>>) -> Vec<Vec<&'a str>> {
    let reached: BTreeMap<&str, BTreeSet<&str>> = graph
        .keys()
        .map(|&start| {
            let mut reached = BTreeSet::new();
            let mut open = vec![start];
            while let Some(module) = open.pop() {
                open.extend(graph[module].iter().copied().filter(|next| reached.insert(*next)));
            }
            (start, reached)
        })
        .collect();
    let mut groups = BTreeSet::new();
    for (&module, reach) in &reached {
        let group: Vec<&str> =
            reach.iter().copied().filter(|other| reached[other].contains(module)).collect();
        if group.len() > 1 {
            groups.insert(group);
        }
    }
    groups.into_iter().collect()
}
