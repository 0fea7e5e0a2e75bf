using Pipeline.Node.CommandLine.ClusterDemo;
using Pipeline.Node.Tests.CommandLine.Exim;

namespace Pipeline.Node.Tests.CommandLine.ClusterDemo;

public sealed class DeliveredMailTests : IDisposable
{
    private readonly EximFixture _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public void Messages_are_counted_by_token_and_Maildir_and_those_in_tmp_not_at_all()
    {
        Write("anna/new/1", "Return-path: <a@b>\nX-Demo-Token: 0000002a\nSubject: x\n\nbody\n");
        Write("anna/new/2", "X-Demo-Token: 0000002a\r\n\r\n");
        Write("bert/new/1", "Subject: nothing of ours\n\n");
        Write("bert/tmp/1", "X-Demo-Token: 0000002b\n\n");
        var found = DeliveredMail.Read(_files.Path("mail"));
        Assert.Equal(2, found.Count);
        Assert.Equal(2, found[("0000002a", "anna")]);
        Assert.Equal(1, found[("", "bert")]);
        Assert.Equal(3, DeliveredMail.Count(_files.Path("mail")));
    }

    [Fact]
    public void Folder_that_is_not_there_yet_has_no_mail() => Assert.Equal(0, DeliveredMail.Count(_files.Path("none")));

    private void Write(string file, string text)
    {
        var path = _files.Path($"mail/{file}");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }
}
