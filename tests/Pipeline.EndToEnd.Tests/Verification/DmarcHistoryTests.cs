using System.Text.Json;
using Pipeline.Messages.Journal;
using Pipeline.Tests.Support;

namespace Pipeline.EndToEnd.Tests.Verification;

/// <summary>What a node writes to <c>dmarc_history_file</c> is what OpenDMARC's own reader puts into OpenDMARC's own tables.</summary>
public sealed class DmarcHistoryTests : IDisposable
{
    private const string Importer = "opendmarc-import";

    private readonly Folder _folder = new();

    public void Dispose() => _folder.Dispose();

    [ProgramFact(Importer, "mariadb-install-db", "mariadbd", "mariadb")]
    public async Task Opendmarc_import_takes_every_record()
    {
        await using (var node = await StartNodeAsync())
        {
            await node.UntilAsync<MessageCompleted>(await node.SendAsync("a@strict.test", ["b@local.test"], Mail("strict.test")));
            await node.UntilAsync<MessageCompleted>(await node.SendAsync("", ["b@local.test"], Mail("watching.test")));
            await node.UntilAsync<MessageCompleted>(await node.SendAsync("a@else.test", ["b@local.test"], Mail("unknown.test")));
        }

        var port = Loopback.FreeEndpoint().Port;
        await using var database = await StartDatabaseAsync(port);

        var (code, output) = await ForeignProgram.RunAsync(
            Importer, ["--dbhost=127.0.0.1", $"--dbport={port}", "--dbuser=opendmarc", "--dbpasswd=secret", $"--input={_folder.Of("history")}", "--verbose"]);

        Assert.True(code == 0 && !output.Contains("fail", StringComparison.Ordinal), output);
        Assert.Equal(
            "15 2 0 5 4 strict.test strict.test\n18 2 6 5 5  watching.test\n",
            await QueryAsync(
                "select m.policy, m.disp, m.spf, m.align_dkim, m.align_spf, e.name, f.name from messages m join domains e on e.id = m.env_domain"
                + " join domains f on f.id = m.from_domain order by m.policy"));
    }

    private static string Mail(string domain) => $"From: <ann@{domain}>\r\nTo: <b@local.test>\r\nSubject: x\r\n\r\nbody\r\n";

    private Task<TestNode> StartNodeAsync() => TestNode.StartAsync(
        _folder,
        Policies.Local(main: "dmarc_history_file = FOLDER/history\nacl_smtp_data = check_data").Replace(
            "begin routers", "check_data:\n  warn dmarc_status = accept\n  warn dmarc_status = reject\n  accept\n\nbegin routers", StringComparison.Ordinal),
        JsonSerializer.Serialize(new Dictionary<string, object>
        {
            ["strict.test"] = new { TXT = new[] { "v=spf1 ip4:127.0.0.1 -all" } },
            ["_dmarc.strict.test"] = new { TXT = new[] { "v=DMARC1; p=reject; rua=mailto:reports@strict.test" } },
            ["_dmarc.watching.test"] = new { TXT = new[] { "v=DMARC1; p=none" } },
        }));

    /// <summary>A private server with OpenDMARC's tables, as the package has them.</summary>
    private async Task<ScannerProgram> StartDatabaseAsync(int port)
    {
        var (installed, output) = await ForeignProgram.RunAsync(
            "mariadb-install-db", ["--no-defaults", $"--datadir={_folder.Of("db")}", "--auth-root-authentication-method=normal", "--skip-test-db", $"--user={Environment.UserName}"]);
        Assert.True(installed == 0, output);
        var server = await ScannerProgram.StartAsync(
            "mariadbd",
            [
                "--no-defaults", $"--datadir={_folder.Of("db")}", $"--socket={_folder.Of("s")}", $"--port={port}", "--bind-address=127.0.0.1",
                $"--pid-file={_folder.Of("pid")}", $"--user={Environment.UserName}", "--innodb-buffer-pool-size=32M",
            ],
            port);
        await QueryAsync("create database opendmarc; create user opendmarc@'127.0.0.1' identified by 'secret'; grant all on opendmarc.* to opendmarc@'127.0.0.1'", "mysql");
        await QueryAsync(await File.ReadAllTextAsync(Schema()));
        return server;
    }

    private async Task<string> QueryAsync(string statements, string database = "opendmarc")
    {
        var (code, output) = await ForeignProgram.RunAsync("mariadb", ["--no-defaults", $"--socket={_folder.Of("s")}", "--user=root", "--batch", "--skip-column-names", database], statements);
        Assert.True(code == 0, output);
        return output.Replace('\t', ' ');
    }

    private static string Schema()
    {
        var folder = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').First(folder => File.Exists(Path.Combine(folder, Importer)));
        return Path.Combine(folder, "..", "share", "dbconfig-common", "data", "opendmarc", "install", "mysql");
    }
}
