using Pipeline.Policy.Configuration;
using Pipeline.Policy.Lists;

namespace Pipeline.Policy.Lookups.Servers;

/// <summary>How a kind of database names its servers, in a main option or beside a query.</summary>
public sealed class LookupServerForm
{
    private const string Prefix = "servers=";

    private readonly Func<MainOptions, string?> _list;

    private LookupServerForm(string option, string productName, int parts, Func<MainOptions, string?> list) =>
        (Option, ProductName, Parts, _list) = (option, productName, parts, list);

    public static LookupServerForm Mysql { get; } = new("mysql_servers", "MySQL", 3, options => options.MysqlServers);

    public static LookupServerForm Pgsql { get; } = new("pgsql_servers", "PostgreSQL", 3, options => options.PgsqlServers);

    public static LookupServerForm Redis { get; } = new("redis_servers", "Redis", 2, options => options.RedisServers);

    public static IReadOnlyList<LookupServerForm> All { get; } = [Mysql, Pgsql, Redis];

    /// <summary>The main option with the list.</summary>
    public string Option { get; }

    /// <summary>As messages name it.</summary>
    public string ProductName { get; }

    /// <summary>What stands behind the place of a server: database and password, and between them the user.</summary>
    internal int Parts { get; }

    internal bool HasUsers => Parts == 3;

    /// <summary>Which servers a question goes to: those of the option <c>servers=</c> of the lookup, those of <c>servers=…;</c> before the query, or those of the main option.</summary>
    /// <param name="query">The query alone.</param>
    /// <param name="problem">Why there is none, in Exim's words.</param>
    /// <returns>In the order in which they are asked; empty with a problem.</returns>
    public IReadOnlyList<LookupServer> Choose(LookupQuestion question, out string query, out string problem)
    {
        query = question.FileOrQuery.TrimStart();
        var chosen = question.Option("servers");
        if (query.StartsWith(Prefix, StringComparison.Ordinal) && query.IndexOf(';', StringComparison.Ordinal) is var end and > 0)
        {
            (chosen, query) = (query[Prefix.Length..end], query[(end + 1)..]);
        }

        var options = question.Scope.Environment.Policy.MainOptions;
        if (Read(_list(options) ?? "", out problem) is not { } standing)
        {
            return [];
        }

        if ((chosen is null ? standing : Select(chosen, standing, out problem)) is not { } servers)
        {
            return [];
        }

        problem = servers.Count == 0 ? $"no {ProductName} servers defined ({Option} option)" : "";
        return servers;
    }

    /// <summary>What is wrong with the main option; empty when nothing is.</summary>
    internal string Check(MainOptions options)
    {
        Read(_list(options) ?? "", out var problem);
        return problem;
    }

    private List<LookupServer>? Read(string list, out string problem) => Select(list, [], out problem);

    private List<LookupServer>? Select(string list, List<LookupServer> standing, out string problem)
    {
        var servers = new List<LookupServer>();
        problem = "";
        foreach (var item in ListSyntax.Split(list))
        {
            // One that is written out needs no entry in the main option.
            var server = item.Contains('/', StringComparison.Ordinal) ? LookupServer.Parse(this, item, out problem) : standing.FirstOrDefault(known => known.IsCalled(item));
            if (server is null)
            {
                problem = problem.Length > 0 ? problem : $"{ProductName} server \"{item}\" not found in {Option}";
                return null;
            }

            servers.Add(server);
        }

        return servers;
    }
}
