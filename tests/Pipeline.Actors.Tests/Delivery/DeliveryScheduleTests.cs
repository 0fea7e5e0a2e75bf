using Pipeline.Actors.Delivery;

namespace Pipeline.Actors.Tests.Delivery;

public sealed class DeliveryScheduleTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_destination_runs_as_many_at_a_time_as_its_limit(int limit)
    {
        var schedule = new DeliverySchedule<int>(limit, 100);
        for (var i = 0; i < 4; i++)
        {
            schedule.Enqueue("a", i);
        }

        Assert.Equal(Enumerable.Range(0, limit), TakeAll(schedule));
        Assert.Equal((limit, 4 - limit), (schedule.Running, schedule.Waiting));
        schedule.Release("a");
        Assert.Equal([limit], TakeAll(schedule));
    }

    [Theory]
    [InlineData(2, 2)]
    [InlineData(3, 3)]
    [InlineData(4, 3)]
    public void All_destinations_together_run_as_many_as_the_overall_limit(int overall, int expected)
    {
        var schedule = new DeliverySchedule<int>(1, overall);
        schedule.Enqueue("a", 0);
        schedule.Enqueue("b", 1);
        schedule.Enqueue("c", 2);

        Assert.Equal(expected, TakeAll(schedule).Count);
    }

    [Fact]
    public void Destinations_come_in_turn_however_much_one_of_them_has()
    {
        var schedule = new DeliverySchedule<string>(10, 100);
        foreach (var item in new[] { "a1", "a2", "a3", "a4" })
        {
            schedule.Enqueue("a", item);
        }

        schedule.Enqueue("b", "b1");
        schedule.Enqueue("c", "c1");

        Assert.Equal(["a1", "b1", "c1", "a2", "a3", "a4"], TakeAll(schedule));
    }

    [Fact]
    public void A_full_destination_does_not_hold_up_the_others()
    {
        var schedule = new DeliverySchedule<string>(1, 2);
        schedule.Enqueue("a", "a1");
        schedule.Enqueue("a", "a2");
        schedule.Enqueue("b", "b1");

        Assert.Equal(["a1", "b1"], TakeAll(schedule));
        schedule.Release("b");
        Assert.Empty(TakeAll(schedule));
        schedule.Release("a");
        Assert.Equal(["a2"], TakeAll(schedule));
    }

    [Fact]
    public void Whatever_the_order_of_events_limits_hold_and_everything_runs_once()
    {
        const int PerDestination = 3;
        const int Overall = 7;
        var random = new Random(7);
        var schedule = new DeliverySchedule<(string Destination, int Number)>(PerDestination, Overall);
        var running = new List<(string Destination, int Number)>();
        var ran = new HashSet<int>();
        var next = 0;
        for (var step = 0; step < 20_000; step++)
        {
            if (random.Next(2) == 0)
            {
                var destination = $"d{random.Next(6)}";
                schedule.Enqueue(destination, (destination, next++));
            }
            else if (running.Count > 0)
            {
                var ended = random.Next(running.Count);
                schedule.Release(running[ended].Destination);
                running.RemoveAt(ended);
            }

            while (schedule.TryTake(out var item))
            {
                running.Add(item);
                Assert.True(ran.Add(item.Number));
            }

            Assert.Equal(running.Count, schedule.Running);
            Assert.InRange(running.Count, 0, Overall);
            Assert.All(running.CountBy(item => item.Destination), count => Assert.InRange(count.Value, 1, PerDestination));
        }

        while (running.Count > 0)
        {
            schedule.Release(running[0].Destination);
            running.RemoveAt(0);
            while (schedule.TryTake(out var item))
            {
                running.Add(item);
                ran.Add(item.Number);
            }
        }

        Assert.Equal(next, ran.Count);
        Assert.Equal(0, schedule.Waiting);
    }

    [Fact]
    public void Deliveries_with_one_key_share_a_bound_over_destinations()
    {
        var schedule = new DeliverySchedule<string>(10, 100);
        DeliveryLimit[] two = [new("transport t", 2)];
        foreach (var item in new[] { "a1", "b1", "c1", "d1" })
        {
            schedule.Enqueue(item[..1], item, [.. two]);
        }

        schedule.Enqueue("e", "e1");
        Assert.Equal(["a1", "b1", "e1"], TakeAll(schedule));
        schedule.Release("e");
        Assert.Empty(TakeAll(schedule));
        schedule.Release("a", [.. two]);
        Assert.Equal(["c1"], TakeAll(schedule));
        schedule.Release("b", [.. two]);
        schedule.Release("c", [.. two]);
        Assert.Equal(["d1"], TakeAll(schedule));
        Assert.Equal((1, 0), (schedule.Running, schedule.Waiting));
    }

    [Fact]
    public void A_delivery_whose_bound_is_taken_lets_others_of_its_destination_go_first()
    {
        var schedule = new DeliverySchedule<string>(10, 100);
        DeliveryLimit[] first = [new("message 1", 1)];
        schedule.Enqueue("a", "1a", [.. first]);
        schedule.Enqueue("b", "1b", [.. first]);
        schedule.Enqueue("b", "2b");
        Assert.Equal(["1a", "2b"], TakeAll(schedule));
        schedule.Enqueue("b", "3b", [new DeliveryLimit("message 3", 1)]);
        Assert.Equal(["3b"], TakeAll(schedule));
        schedule.Release("a", [.. first]);
        Assert.Equal(["1b"], TakeAll(schedule));
    }

    [Fact]
    public void A_delivery_needs_all_its_bounds_at_once()
    {
        var schedule = new DeliverySchedule<string>(10, 100);
        schedule.Enqueue("a", "a", [new DeliveryLimit("x", 1)]);
        schedule.Enqueue("b", "b", [new DeliveryLimit("y", 1)]);
        schedule.Enqueue("c", "c", [new DeliveryLimit("x", 1), new DeliveryLimit("y", 1)]);
        Assert.Equal(["a", "b"], TakeAll(schedule));
        schedule.Release("a", [new DeliveryLimit("x", 1)]);
        Assert.Empty(TakeAll(schedule));
        schedule.Release("b", [new DeliveryLimit("y", 1)]);
        Assert.Equal(["c"], TakeAll(schedule));
    }

    private static List<T> TakeAll<T>(DeliverySchedule<T> schedule)
    {
        var taken = new List<T>();
        while (schedule.TryTake(out var item))
        {
            taken.Add(item);
        }

        return taken;
    }
}
