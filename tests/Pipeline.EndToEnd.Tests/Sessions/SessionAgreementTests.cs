using System.Globalization;
using System.Runtime.Versioning;
using System.Text;
using Pipeline.EndToEnd.Tests.Expansion;
using Pipeline.Tests.Support.Suites;

namespace Pipeline.EndToEnd.Tests.Sessions;

/// <summary><c>-bh</c> replies as Exim's does: a corpus of sessions, with what Debian's Exim has replied.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class SessionAgreementTests
{
    /// <summary>Set to 1, the recorded replies are written again from the Exim of this machine.</summary>
    private const string WriteSwitch = "MAILPIPELINE_WRITE_SESSION_REPLIES";

    private const int LeastSessions = 80;
    private const int LeastCommands = 500;

    private static readonly string Folder = TestFolders.Vectors("sessions");

    [Fact]
    public void Corpus_has_many_sessions_each_once_and_with_replies()
    {
        var files = SessionFile.All(Folder);
        Assert.All(files, file => Assert.Equal(file.Sessions.Count, file.Sessions.Select(session => session.Name).Distinct(StringComparer.Ordinal).Count()));
        Assert.All(files.SelectMany(file => file.Sessions), session => Assert.True(session.Recorded.Count > 0, $"nothing is recorded for {session.Name}; set {WriteSwitch}=1"));
        var sessions = files.Sum(file => file.Sessions.Count);
        var commands = files.SelectMany(file => file.Sessions).Sum(session => session.Commands.Count);
        Assert.True(sessions >= LeastSessions && commands >= LeastCommands, $"{sessions} sessions, {commands} lines");
    }

    [Fact]
    public async Task Our_replies_are_those_that_were_recorded_from_exim()
    {
        using var folder = new SessionFolder(Folder);
        var report = new DifferenceReport(Folder);
        foreach (var file in SessionFile.All(Folder))
        {
            foreach (var session in file.Sessions)
            {
                report.Compare(file, session, session.Recorded, await folder.AskOursAsync(file, session));
            }
        }

        report.AssertNothing();
    }

    [ProgramFact(ExpansionFolder.Exim)]
    public async Task Exim_beside_us_gives_the_replies_that_are_recorded()
    {
        using var folder = new SessionFolder(Folder);
        var writes = Environment.GetEnvironmentVariable(WriteSwitch) == "1";
        var changed = new StringBuilder();
        foreach (var file in SessionFile.All(Folder))
        {
            var replies = new List<IReadOnlyList<string>>();
            foreach (var session in file.Sessions)
            {
                var exim = await folder.AskEximAsync(file, session);
                replies.Add(exim);
                if (!exim.SequenceEqual(session.Recorded, StringComparer.Ordinal))
                {
                    changed.Append(CultureInfo.InvariantCulture, $"{file.Name}: {session.Name}:\n{string.Join('\n', exim)}\n");
                }
            }

            if (writes)
            {
                file.Write(replies);
            }
        }

        Assert.True(writes || changed.Length == 0, $"Exim replies otherwise than recorded; set {WriteSwitch}=1\n{changed}");
    }
}
