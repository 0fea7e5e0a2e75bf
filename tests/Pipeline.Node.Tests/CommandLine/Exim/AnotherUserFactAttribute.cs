namespace Pipeline.Node.Tests.CommandLine.Exim;

/// <summary>A test that runs programs as another user; skipped, with the reason, where that cannot be.</summary>
internal sealed class AnotherUserFactAttribute : FactAttribute
{
    public AnotherUserFactAttribute()
    {
        if (!Environment.IsPrivilegedProcess || !File.Exists("/usr/bin/setpriv"))
        {
            Skip = "needs root and setpriv, to be another user";
            Console.WriteLine($"skipped: {Skip}");
        }
    }
}
