using Pipeline.Connectors.Lookups;

namespace Pipeline.Connectors.Tests.Lookups.Servers;

public sealed class MysqlStatementTests
{
    [Theory]
    [InlineData("select 1")]
    [InlineData(" select 1 ; \n")]
    [InlineData("select ';' and \";\" or `;`")]
    [InlineData("select 'it''s;' , 'a\\';'")]
    [InlineData("select 1 -- a; b\n + 1")]
    [InlineData("select 1 # it's; so")]
    [InlineData("select 1 /* a; ' */ + 1")]
    [InlineData("select 1--1")]
    [InlineData("call p(1)")]
    public void One_statement_is_taken(string query) => Assert.Null(MysqlStatement.Refuse(query));

    [Theory]
    [InlineData("select 1; select 2")]
    [InlineData("select ''; select 2")]
    [InlineData("select 'a''b'; select 2")]
    [InlineData("select 'a\\\\'; select 2")]
    [InlineData("select `a\\`; select 2 -- `")]
    [InlineData("select 1 --1; select 2")]
    [InlineData("select 1 -- x\n; select 2")]
    [InlineData("select 1 /*! ; select 2 */")]
    [InlineData("select 1 /*M! ; select 2 */")]
    [InlineData("select 1 /* it's */; select 'it''s'")]
    [InlineData("; select 1")]
    public void Several_are_not(string query) => Assert.Equal("there is more than one statement in the query", MysqlStatement.Refuse(query));

    [Theory]
    [InlineData("", "Query was empty")]
    [InlineData(" \n", "Query was empty")]
    [InlineData("select 'a", "a string or a comment in the query has no end")]
    [InlineData("select 'a\\'", "a string or a comment in the query has no end")]
    [InlineData("select 1 /* a", "a string or a comment in the query has no end")]
    public void What_is_not_whole_is_not_taken(string query, string why) => Assert.Equal(why, MysqlStatement.Refuse(query));
}
