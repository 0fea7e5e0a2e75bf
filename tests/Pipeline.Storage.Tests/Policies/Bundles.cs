using System.Text;
using Pipeline.Storage.Ports;

namespace Pipeline.Storage.Tests.Policies;

/// <summary>Bundles of the tests.</summary>
internal static class Bundles
{
    public static PolicyBundle Of(string main, params PolicyFile[] others) => Make("/etc/main.conf", [], [File("/etc/main.conf", main), .. others]);

    public static PolicyBundle Make(string main, PolicyMacro[] macros, PolicyFile[] files)
    {
        var bundle = PolicyBundle.TryCreate(main, macros, files, out var problem);
        Assert.True(bundle is not null, problem);
        return bundle;
    }

    public static PolicyFile File(string name, string content) => new(name, Encoding.UTF8.GetBytes(content));

    public static PolicyFile Absent(string name) => new(name, null);
}
