using System.Text;
using Pipeline.Node.CommandLine.Exim;

namespace Pipeline.Node.Tests.CommandLine.Exim;

/// <summary>A folder with a configuration, a zone and a spool, and Exim's command line on it.</summary>
internal sealed class EximFixture : IDisposable
{
    // Sockets lie in the spool, and their paths must be short.
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ex");

    public EximFixture(string configuration = Default)
    {
        File.WriteAllText(ConfigurationFile, configuration.Replace("DIR", _folder.FullName, StringComparison.Ordinal));
        File.WriteAllText(Path("zone.json"), """{"example.net":{"MX":["5 mx.example.net"]},"mx.example.net":{"A":["192.0.2.77"]}}""");
        WriteSettings("long");
    }

    /// <summary>Takes mail for example.com into Maildirs, but keeps that for local parts that begin with "later" while there is no file "go".</summary>
    public const string Default = """
        spool_directory = DIR/s
        tainted_data = off
        primary_hostname = gw.example.com
        qualify_recipient = example.com
        domainlist local_domains = example.com : WORD.example
        acl_smtp_rcpt = rcpt
        begin acl
        rcpt:
          accept domains = +local_domains
          deny message = no relaying
        begin routers
        later:
          driver = redirect
          local_part_prefix = later-
          allow_defer
          data = ${if exists{DIR/go}{}{:defer: not yet}}
        alias:
          driver = redirect
          local_parts = all
          data = one@example.com, two@example.com
        dns:
          driver = dnslookup
          domains = ! +local_domains
          transport = smtp
          no_more
        local:
          driver = accept
          local_parts = ! nobody
          transport = maildir
        begin transports
        smtp:
          driver = smtp
        maildir:
          driver = appendfile
          directory = DIR/mail/$local_part
          maildir_format
        begin retry
        *  *  F,4d,1h
        """;

    public string ConfigurationFile => Path("c");

    public string Path(string name) => System.IO.Path.Combine(_folder.FullName, name);

    public string StoreDirectory => Path("s/store");

    public string[] Mailbox(string user) => Directory.Exists(Path($"mail/{user}/new")) ? Directory.GetFiles(Path($"mail/{user}/new")) : [];

    /// <summary>The settings of the node want ids of 16 characters, which is what programs of Exim before 4.97 know.</summary>
    public void UseShortMessageIds() => WriteSettings("short");

    private void WriteSettings(string messageIds) =>
        File.WriteAllText(Path("node.json"), $$$"""{"Dns":{"ZoneFile":"{{{Path("zone.json")}}}"},"MessageIds":"{{{messageIds}}}"}""");

    public Task<EximRun> RunAsync(params string[] arguments) => RunWithInputAsync("", arguments);

    public async Task<EximRun> RunWithInputAsync(string input, params string[] arguments)
    {
        using var output = new MemoryStream();
        await using var errors = new StringWriter();
        var streams = new EximStreams(new MemoryStream(Encoding.Latin1.GetBytes(input)), output, errors);
        var exitCode = await EximProgram.RunAsync(
            ["-C", ConfigurationFile, "--node", Path("node.json"), "-DWORD=word", .. arguments], null, streams, TimeProvider.System, CancellationToken.None);
        return new EximRun(exitCode, Encoding.Latin1.GetString(output.ToArray()), errors.ToString());
    }

    public void Dispose() => _folder.Delete(recursive: true);
}

internal sealed record EximRun(int ExitCode, string Output, string Errors);
