//! The eleven Dockerfiles that a practice document walks through, from naive to hardened.

use dfopt_transforms::{Facts, Options, optimize};

use crate::corpus;

fn seeds() -> Option<Vec<(String, String)>> {
    let folder = corpus::path("seeds")?;
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut seeds: Vec<(String, String)> = files
        .filter(|path| path.is_file())
        .map(|path| {
            (path.file_name().unwrap().to_str().unwrap().to_owned(), std::fs::read_to_string(path).unwrap())
        })
        .collect();
    seeds.sort();
    Some(seeds)
}

fn rewrite(text: &str) -> String {
    let outcome = optimize(text.as_bytes(), &Options::default(), Facts::default()).unwrap();
    assert!(outcome.converged && outcome.reverted.is_empty());
    String::from_utf8(outcome.text).unwrap()
}

fn comments(text: &str) -> Vec<&str> {
    let mut comments: Vec<&str> = text.lines().map(str::trim).filter(|line| line.starts_with('#')).collect();
    // They move with their instructions.
    comments.sort_unstable();
    comments
}

#[test]
fn all_eleven_keep_their_comments_and_come_to_rest() {
    let Some(seeds) = seeds() else { return };
    assert_eq!(seeds.len(), 11);
    for (name, text) in seeds {
        let result = rewrite(&text);
        assert_eq!(comments(&text), comments(&result), "{name}");
        assert_eq!(rewrite(&result), result, "{name}");
    }
}

#[test]
fn the_naive_one_installs_less_and_cleans_up() {
    let Some(seeds) = seeds() else { return };
    let (name, text) = &seeds[0];
    assert_eq!(name, "Dockerfile.01_original");
    let result = rewrite(text);
    let expected = text
        .replacen("apt-get install -y \\", "apt-get install -y --no-install-recommends \\", 1)
        .replacen(
            "        python3 \\\n        curl \\\n        ca-certificates && \\\n",
            "        ca-certificates \\\n        curl \\\n        python3 && \\\n",
            1,
        )
        .replacen("    apt-get clean\n", "    apt-get clean && \\\n    rm -rf /var/lib/apt/lists/*\n", 1);
    assert_eq!(result, expected);
}
