//! `dockerfile-parser` and `parse-dockerfile`: the same instructions on the same lines?

use dfopt_syntax::Dockerfile;
use serde_json::Value;

/// Keyword, first line and last line (from 1) of an instruction.
type Cut = (String, usize, usize);

/// The instructions of a file, or why it is rejected.
type Cuts = Result<Vec<Cut>, String>;

/// Who differs from us on a file, and in what. Ours is BuildKit's answer, else this panics.
pub(super) fn differences(source: &[u8], answer: &Value) -> Vec<(&'static str, String)> {
    let (ours, buildkit) = (ours(source), buildkit(answer));
    assert_eq!(ours.as_ref().ok(), buildkit.as_ref().ok(), "{}", answer["file"]);
    let Ok(text) = std::str::from_utf8(source) else { return Vec::new() };
    let opinions =
        [("parse-dockerfile", parse_dockerfile(text)), ("dockerfile-parser", dockerfile_parser(text))];
    let kinds = opinions.into_iter().filter_map(|(who, theirs)| {
        let kind = match (&buildkit, theirs) {
            (Ok(_), Err(why)) => format!("rejects: {why}"),
            (Err(why), Ok(_)) => format!("accepts: {why}"),
            (Ok(ours), Ok(theirs)) if *ours != theirs => {
                format!("cuts: {}", first_difference(ours, &theirs, answer))
            }
            _ => return None,
        };
        Some((who, kind))
    });
    kinds.collect()
}

/// How the first instruction differs that is cut elsewhere.
fn first_difference(ours: &[Cut], theirs: &[Cut], answer: &Value) -> &'static str {
    let mut pairs = ours.iter().zip(theirs);
    match pairs.find(|(ours, theirs)| ours != theirs) {
        _ if answer["escape"] == "`" => "escape=`",
        Some((ours, theirs)) if theirs.2 < ours.2 => "ends early",
        Some((ours, theirs)) if theirs.2 > ours.2 => "ends late",
        _ => "other",
    }
}

fn ours(source: &[u8]) -> Cuts {
    let dockerfile = Dockerfile::parse(source).map_err(|error| error.message)?;
    dockerfile.check().map_err(|error| error.message)?;
    let cuts = dockerfile.instructions().iter().map(|instruction| {
        let keyword = String::from_utf8_lossy(instruction.slice(instruction.operation.keyword_span));
        (keyword.to_uppercase(), instruction.lines.start + 1, instruction.lines.end)
    });
    Ok(cuts.collect())
}

fn buildkit(answer: &Value) -> Cuts {
    if answer["instr_ok"] != true {
        let Some(error) = answer["instr_error"].as_str() else { return Err("while parsing".to_owned()) };
        let error =
            error.rsplit_once("on line ").and_then(|(_, rest)| rest.split_once(": ")).map_or(error, |e| e.1);
        return Err(error.split([':', '"']).next().unwrap_or(error).trim().to_owned());
    }
    let line = |value: &Value| value.as_u64().unwrap() as usize;
    let nodes = answer["nodes"].as_array().unwrap().iter();
    let cuts = nodes
        .map(|node| (node["cmd"].as_str().unwrap().to_uppercase(), line(&node["start"]), line(&node["end"])));
    Ok(cuts.collect())
}

fn parse_dockerfile(source: &str) -> Cuts {
    let dockerfile = parse_dockerfile::parse(source).map_err(|error| {
        let error = error.to_string();
        let error = error.split(" at line").next().unwrap_or(&error);
        let error = error.split_once("instruction ").map_or(error, |(_, what)| what);
        (if error.starts_with('\'') {
            "unknown instruction"
        } else {
            error.split(" '").next().unwrap_or(error)
        })
        .to_owned()
    })?;
    let source = source.trim_start_matches('\u{feff}');
    let cuts = dockerfile.instructions.iter().map(|instruction| {
        let json = serde_json::to_value(instruction).unwrap();
        let (start, end) = extent(&json);
        // Its span of a heredoc ends before the terminator.
        let heredoc = json.to_string().contains("\"expand\":");
        let terminator = usize::from(heredoc && source.as_bytes()[end - 1] == b'\n');
        let last = line(source, end.max(1) - 1) + terminator;
        (json["kind"].as_str().unwrap().to_owned(), line(source, start), last)
    });
    Ok(cuts.collect())
}

fn dockerfile_parser(source: &str) -> Cuts {
    use dockerfile_parser::Instruction;
    let dockerfile = dockerfile_parser::Dockerfile::parse(source).map_err(|error| {
        let error = error.to_string();
        let reason = error.rsplit_once("= expected ").or_else(|| error.split_once("parse Dockerfile: "));
        let reason = reason.map_or(error.split(": ").next().unwrap_or(&error), |(_, reason)| reason);
        (if reason.starts_with("EOI, comment") { "an instruction" } else { reason }).to_owned()
    })?;
    let cuts = dockerfile.instructions.iter().map(|instruction| {
        let keyword = match instruction {
            Instruction::From(_) => "FROM",
            Instruction::Arg(_) => "ARG",
            Instruction::Label(_) => "LABEL",
            Instruction::Run(_) => "RUN",
            Instruction::Entrypoint(_) => "ENTRYPOINT",
            Instruction::Cmd(_) => "CMD",
            Instruction::Copy(_) => "COPY",
            Instruction::Env(_) => "ENV",
            Instruction::Misc(misc) => &misc.instruction.content.to_uppercase(),
        };
        let span = instruction.span();
        (keyword.to_owned(), line(source, span.start), line(source, span.end.max(1) - 1))
    });
    Ok(cuts.collect())
}

/// The smallest and the largest offset of the spans in `json`.
fn extent(json: &Value) -> (usize, usize) {
    let parts: Vec<(usize, usize)> = match json {
        Value::Object(fields) => match (json["start"].as_u64(), json["end"].as_u64()) {
            (Some(start), Some(end)) => vec![(start as usize, end as usize)],
            _ => fields.values().map(extent).collect(),
        },
        Value::Array(items) => items.iter().map(extent).collect(),
        _ => Vec::new(),
    };
    parts.into_iter().fold((usize::MAX, 0), |(start, end), (s, e)| (start.min(s), end.max(e)))
}

fn line(text: &str, offset: usize) -> usize {
    text.as_bytes()[..offset.min(text.len())].iter().filter(|&&b| b == b'\n').count() + 1
}
