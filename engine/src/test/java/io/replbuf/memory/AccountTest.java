package io.replbuf.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class AccountTest {
    private final Accountant accountant = new Accountant();

    @Test
    void shouldSumAllOwners() {
        accountant.account(Owner.KEYSPACE).add(100);
        accountant.account(Owner.REPLICATION).add(30);
        accountant.account(Owner.KEYSPACE).add(-40);

        assertThat(accountant.account(Owner.KEYSPACE).bytes()).isEqualTo(60);
        assertThat(accountant.usedBytes()).isEqualTo(90);
    }

    @Test
    void shouldRefuseANegativeBalanceAndKeepTheOldOne() {
        Account account = accountant.account(Owner.LOG);
        account.add(10);

        assertThatThrownBy(() -> account.add(-11))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("LOG account: -1 bytes (expected: >= 0) after -11");
        assertThat(account.bytes()).isEqualTo(10);
    }

    @Test
    void shouldHaveAnAccountForEveryOwner() {
        for (Owner owner : Owner.values()) {
            assertThat(accountant.account(owner).owner()).isEqualTo(owner);
        }
    }
}
