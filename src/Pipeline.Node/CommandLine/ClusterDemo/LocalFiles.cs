using Pipeline.Node.Hosting;

namespace Pipeline.Node.CommandLine.ClusterDemo;

/// <summary>The files of cluster-config/local, which are part of the program.</summary>
internal sealed class LocalFiles
{
    public const string PolicyName = "mailpipeline.conf";
    public const string SettingsName = "node.json";

    private LocalFiles(string folder) => Folder = folder;

    public string Folder { get; }

    public string Policy => Path.Combine(Folder, PolicyName);

    public string Settings => Path.Combine(Folder, SettingsName);

    /// <summary>Where the nodes deliver: a Maildir for each local part.</summary>
    public string Mail => Path.Combine(Folder, "mail");

    public static byte[] Read(string name) => BuiltInPolicy.Read($"Pipeline.Node.Local.{name}");

    /// <summary>Writes them into a folder.</summary>
    public static LocalFiles Write(string folder)
    {
        var files = new LocalFiles(folder);
        File.WriteAllBytes(files.Policy, Read(PolicyName));
        File.WriteAllBytes(files.Settings, Read(SettingsName));
        return files;
    }
}
