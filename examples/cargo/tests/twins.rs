use std::fs;

#[test]
fn finds_and_links_them() {
    let folder = std::env::temp_dir().join(format!("twins-{}", std::process::id()));
    fs::create_dir_all(folder.join("deep")).unwrap();
    for (name, text) in [("a", "same"), ("b", "else"), ("deep/c", "same"), ("empty", "")] {
        fs::write(folder.join(name), text).unwrap();
    }
    let all = twins::find(&folder, 1).unwrap();
    assert_eq!(all.len(), 1);
    assert_eq!(all[0].paths, [folder.join("a"), folder.join("deep/c")]);
    assert_eq!(all[0].waste(), 4);
    twins::link(&all[0]).unwrap();
    assert_eq!(fs::read_to_string(folder.join("deep/c")).unwrap(), "same");
    fs::remove_dir_all(folder).unwrap();
}
