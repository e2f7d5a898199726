//! Names in build scripts that may stand for reading or running something.

/// True for a name that a script must not have: something of that name reads or writes files, runs
/// programs, or reaches code that is not in the script.
pub(super) fn is_suspicious(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    if HARMLESS.contains(&lower.as_str()) {
        return false;
    }
    SUSPICIOUS.contains(&lower.as_str()) || PARTS.iter().any(|part| lower.contains(part))
}

/// In small letters: names with a suspicious part that read nothing when a build is configured.
const HARMLESS: &[&str] = &[
    "annotationprocessor",
    "annotationprocessors",
    "annotationprocessorpath",
    "archivefilename",
    "classpath",
    "compileclasspath",
    "compileonly",
    "kaptannotationprocessor",
    "processresources",
    "processtestresources",
    "profile",
    "profiles",
    "runtimeclasspath",
    "setsrcdirs",
    "srcdir",
    "srcdirs",
    "testannotationprocessor",
    "testcompileclasspath",
    "testruntimeclasspath",
];

/// In small letters.
const PARTS: &[&str] = &[
    "classloader",
    "cmd",
    "directory",
    "dirs",
    "exec",
    "file",
    "git",
    "path",
    "process",
    "reader",
    "slurper",
    "stream",
    "walk",
    "writer",
];

/// In small letters.
const SUSPICIOUS: &[&str] = &[
    "ant",
    "builddir",
    "bytes",
    "copy",
    "defaulttasks",
    "delete",
    "dir",
    "eachdir",
    "eachline",
    "evaluate",
    "evaluationdependson",
    "evaluationdependsonchildren",
    "exists",
    "flatdir",
    "forname",
    "getclass",
    "getresource",
    "grab",
    "groovyshell",
    "includebuild",
    "includeflat",
    "initscript",
    "invokemethod",
    "isdirectory",
    "javaclass",
    "lines",
    "list",
    "load",
    "metaclass",
    "mkdir",
    "mkdirs",
    "new",
    "newinstance",
    "parse",
    "projectdir",
    "properties",
    "readbytes",
    "readlines",
    "readtext",
    "rootdir",
    "runtime",
    "scanner",
    "settingsdir",
    "sourcecontrol",
    "sync",
    "tartree",
    "text",
    "urlconnection",
    "ziptree",
];
