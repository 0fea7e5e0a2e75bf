using System.Collections.Immutable;
using Pipeline.Node.CommandLine.ClusterDemo;

namespace Pipeline.Node.Tests.CommandLine.ClusterDemo;

public sealed class ClusterAccountTests
{
    private static readonly ClusterSubmission Promised = new("1", "node-1", ["anna", "bert"], SubmissionEnd.Acknowledged, "id");
    private static readonly ClusterSubmission Broken = new("2", "node-3", ["anna", "bert"], SubmissionEnd.InDoubt, null);
    private static readonly ClusterSubmission Refused = new("3", "node-2", ["anna"], SubmissionEnd.Refused, null);

    [Fact]
    public void Account_in_which_everything_promised_is_there_once_adds_up()
    {
        var account = Account([Promised, Broken, Refused], [("1", "anna", 1), ("1", "bert", 1)]);
        Assert.True(account.AddsUp);
        Assert.Equal((3, 1, 1, 1, 0), (account.Submitted, account.Acknowledged, account.Refused, account.InDoubt, account.InDoubtTaken));
        Assert.Equal((2, 2, 0, 0), (account.Recipients, account.Delivered, account.Lost, account.Duplicates));
    }

    [Fact]
    public void Message_in_doubt_that_was_taken_is_no_duplicate_and_counts_once()
    {
        var account = Account([Promised, Broken], [("1", "anna", 1), ("1", "bert", 1), ("2", "anna", 1), ("2", "bert", 1)]);
        Assert.True(account.AddsUp);
        Assert.Equal((1, 0), (account.InDoubtTaken, account.Duplicates));
    }

    [Fact]
    public void Recipient_of_whom_nothing_is_known_is_lost()
    {
        var account = Account([Promised], [("1", "anna", 1)]);
        Assert.False(account.AddsUp);
        Assert.Equal(1, account.Lost);
    }

    [Theory]
    [InlineData(true, 1, 0)]
    [InlineData(false, 0, 1)]
    public void Recipient_whose_journal_tells_of_an_end_or_a_wait_is_not_lost(bool failedForGood, int failed, int queued)
    {
        var account = Account([Promised], [("1", "anna", 1)], ("1", "bert", failedForGood));
        Assert.True(account.AddsUp);
        Assert.Equal((failed, queued, 0), (account.Failed, account.Queued, account.Lost));
    }

    [Theory]
    [InlineData("1", "bert", 2)] // twice
    [InlineData("1", "carla", 1)] // to somebody else
    [InlineData("2", "anna", 2)] // in doubt, and twice
    [InlineData("", "anna", 1)] // from nowhere
    [InlineData("3", "anna", 1)] // refused, and delivered
    public void File_that_nobody_may_expect_is_a_duplicate(string token, string recipient, int files)
    {
        var found = new List<(string, string, int)> { ("1", "anna", 1), ("1", "bert", 1) };
        found.RemoveAll(file => (file.Item1, file.Item2) == (token, recipient));
        var account = Account([Promised, Broken, Refused], [.. found, (token, recipient, files)]);
        Assert.False(account.AddsUp);
        Assert.Equal((1, 0), (account.Duplicates, account.Lost));
    }

    private static ClusterAccount Account(
        ImmutableArray<ClusterSubmission> submissions, IEnumerable<(string Token, string Recipient, int Files)> found, params (string Token, string Recipient, bool Failed)[] ends) =>
        ClusterAccount.Of(
            submissions,
            found.ToDictionary(file => (file.Token, file.Recipient), file => file.Files),
            ends.ToDictionary(end => (end.Token, end.Recipient), end => end.Failed));
}
