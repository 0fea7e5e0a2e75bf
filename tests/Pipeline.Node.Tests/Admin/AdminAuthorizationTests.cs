using Pipeline.Node.Admin;
using Pipeline.Policy.Callers;

namespace Pipeline.Node.Tests.Admin;

public sealed class AdminAuthorizationTests
{
    [Theory]
    [InlineData("None", "Look", 403)]
    [InlineData("None", "Order", 403)]
    [InlineData("None", "Scan", 403)]
    [InlineData("Viewer", "Look", null)]
    [InlineData("Viewer", "Order", 403)]
    [InlineData("Viewer", "Scan", 403)]
    [InlineData("Node", "Look", null)]
    [InlineData("Node", "Order", 403)]
    [InlineData("Node", "Scan", null)]
    [InlineData("Operator", "Look", null)]
    [InlineData("Operator", "Order", null)]
    [InlineData("Operator", "Scan", null)]
    public void Role_decides_who_may_what(string role, string access, int? status) => Assert.Equal(
        status, AdminAuthorization.Refusal(new AdminCaller("alice", Enum.Parse<AdminRole>(role)), Enum.Parse<AdminAccess>(access))?.Status);

    [Theory]
    [InlineData("Look")]
    [InlineData("Order")]
    [InlineData("Scan")]
    public void Connection_that_shows_nobody_may_nothing(string access) =>
        Assert.Equal(401, AdminAuthorization.Refusal(null, Enum.Parse<AdminAccess>(access))!.Status);

    [Theory]
    [InlineData(false, false, "Submit")]
    [InlineData(true, false, "Submit List")]
    [InlineData(false, true, "Submit Prod")]
    public void User_of_the_machine_hands_over_mail_and_may_what_the_configuration_says(bool mayList, bool mayProd, string allowed)
    {
        var caller = new AdminCaller("nobody on n1", AdminRole.None, new CallerCredentials(65534, 65534, [])) { MayListQueue = mayList, MayProd = mayProd };
        Assert.Equal(
            allowed, string.Join(' ', Enum.GetValues<AdminAccess>().Order().Where(access => AdminAuthorization.Refusal(caller, access) is null)));
    }

    [Fact]
    public void Nobody_hands_over_mail_from_elsewhere() =>
        Assert.Equal(403, AdminAuthorization.Refusal(new AdminCaller("alice", AdminRole.Operator), AdminAccess.Submit)!.Status);
}
