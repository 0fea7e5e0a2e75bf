using System.Runtime.Versioning;
using Pipeline.Tests.Support.Suites;

namespace Pipeline.EndToEnd.Tests.Examples;

/// <summary>An example of <c>cluster-config/examples</c> as it stands, with the macros that a host may set.</summary>
/// <param name="macros">Lines <c>NAME = value</c>; <c>FOLDER</c> stands for the folder.</param>
[UnsupportedOSPlatform("windows")]
internal sealed class ExampleHost(string example, string macros, string zone = "{}")
    : PolicyHost($"{macros}\n.include {Path.Combine(FolderOf(example), "mailpipeline.conf")}\n", zone)
{
    public static string FolderOf(string example) => TestFolders.Repository(Path.Combine("cluster-config", "examples", example));
}
