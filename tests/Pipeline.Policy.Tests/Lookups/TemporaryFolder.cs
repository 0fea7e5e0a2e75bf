using System.Text;

namespace Pipeline.Policy.Tests.Lookups;

/// <summary>A folder of a test's own, removed when the test is over.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("policy-tests-");

    public string Path => _folder.FullName;

    /// <summary>Writes a file and returns its path.</summary>
    public string Add(string name, string text)
    {
        var path = System.IO.Path.Combine(Path, name);
        File.WriteAllText(path, text, Encoding.Latin1);
        return path;
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
