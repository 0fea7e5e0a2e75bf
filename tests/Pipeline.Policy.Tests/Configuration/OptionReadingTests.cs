using Pipeline.Policy.Authentication;
using Pipeline.Policy.Configuration;
using Pipeline.Policy.Routers;
using Pipeline.Policy.Transports;

namespace Pipeline.Policy.Tests.Configuration;

/// <summary>An option that a table calls done is asked for by whoever compiles its block: none can be left out in silence.</summary>
public sealed class OptionReadingTests
{
    public static TheoryData<string> RouterDrivers => [.. RouterOptionTable.Drivers.Where(driver => driver.Value.Support.IsDone).Select(driver => driver.Key)];

    public static TheoryData<string> TransportDrivers => [.. TransportOptionTable.Drivers.Where(driver => driver.Value.Support.IsDone).Select(driver => driver.Key)];

    public static TheoryData<string> AuthenticatorDrivers => [.. AuthenticatorOptionTable.Drivers.Where(driver => driver.Value.Support.IsDone).Select(driver => driver.Key)];

    [Fact]
    public void Main_option_is_read_or_marked()
    {
        var reader = new MainOptionsReader([], []);
        reader.Read();
        AssertRead(MainOptionTable.Instance, reader);
    }

    [Theory]
    [MemberData(nameof(RouterDrivers))]
    public void Router_option_is_read_or_marked(string driver)
    {
        var options = DriverOptions.OfRouter(Block(driver), []);
        RouterCompiler.Compile(options, []);
        AssertRead(RouterOptionTable.Generic.With(RouterOptionTable.Drivers[driver]), options);
    }

    [Theory]
    [MemberData(nameof(TransportDrivers))]
    public void Transport_option_is_read_or_marked(string driver)
    {
        var options = DriverOptions.OfTransport(Block(driver), []);
        TransportDriverRegistry.Create(options, []);
        AssertRead(TransportOptionTable.Generic.With(TransportOptionTable.Drivers[driver]), options);
    }

    [Theory]
    [MemberData(nameof(AuthenticatorDrivers))]
    public void Authenticator_option_is_read_or_marked(string driver)
    {
        var options = DriverOptions.OfAuthenticator(Block(driver), []);
        Assert.NotNull(AuthenticatorDriverRegistry.Create(options));
        AssertRead(AuthenticatorOptionTable.Generic.With(AuthenticatorOptionTable.Drivers[driver]), options);
    }

    [Fact]
    public void Marks_say_something()
    {
        OptionTable[] tables =
        [
            MainOptionTable.Instance, RouterOptionTable.Generic, .. RouterOptionTable.Drivers.Values, TransportOptionTable.Generic,
            .. TransportOptionTable.Drivers.Values, AuthenticatorOptionTable.Generic, .. AuthenticatorOptionTable.Drivers.Values,
        ];
        Support[] marks = [.. tables.Select(table => table.Support), .. tables.SelectMany(table => table.All).Select(option => option.Support)];
        Assert.All(marks.Where(mark => !mark.IsDone), mark => Assert.NotEmpty(mark.Advice));
    }

    [Fact]
    public void Mark_of_a_name_that_is_no_option_or_is_marked_twice_is_a_mistake()
    {
        var table = new OptionTable(new OptionDefinition("a", OptionType.String));
        Assert.Throws<ArgumentException>(() => table.Marked((Support.NotDone("x"), "b")));
        Assert.Throws<ArgumentException>(() => table.Marked((Support.NotDone("x"), "a a")));
    }

    private static DriverBlock Block(string driver)
    {
        var location = new SourceLocation("conf", 1);
        return new DriverBlock("x", [new OptionSetting("driver", driver, false, false, location)], location);
    }

    private static void AssertRead(OptionTable table, OptionReader reader) =>
        Assert.Empty(table.All.Where(option => option.Support.IsDone && !reader.Asked.Contains(option.Name)).Select(option => option.Name).Order(StringComparer.Ordinal));
}
